"""How clinical facts are written on a page: dates, doses, people."""

from django import template

register = template.Library()
