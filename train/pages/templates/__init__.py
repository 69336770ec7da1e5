"""The kinds of pages. Each is a function of `Parts` that returns the markup of a body."""
from . import apps, forms, marketing, people, phone, reading, shopping

TEMPLATES = {f.__name__: f for module in (marketing, shopping, reading, apps, forms, people, phone) for f in module.PAGES}
