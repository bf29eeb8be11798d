"""Rosters (班表): from people, law and needs to shifts, and from a draft to what is published.

`facts` reads, `problem` writes it in the engine's words, `law` is what binds, `solving` runs the search in the
background, `drafts` keeps and edits, `checking` verifies, `publishing` approves and puts in force, `reading` shows,
`sentences` says rules and clashes in words.
"""
