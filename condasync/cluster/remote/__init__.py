"""Code that travels: it is pickled by value and runs on schedulers and workers that need not have condasync.

The modules here import the standard library, distributed and each other, nothing else, and only names of each other:
a module object would not travel.
"""
