"""应急值守: who is where, what three lawful plans would do against doing nothing, one of them put in force, and left.

facts (what is known now) → rosters (who works when) → simulating (what becomes of the work) → figures → plans, all
pure; starting keeps them; adopting, telling and leaving are the deeds.
"""
