"""Finding from every page: patients of the person's own clinics, pages of Myoline, drugs and words of the glossary."""
