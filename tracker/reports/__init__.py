"""Reports for whoever answers for a clinic: what each says (definitions), how it is made, packed and checked."""
