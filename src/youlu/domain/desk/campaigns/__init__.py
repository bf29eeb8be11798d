"""Telling many people one thing: a list, an approved sentence, a time by which it is done, and how far it is.

Loading and running write, saying finds the words, pacing reckons, report reads.
"""
