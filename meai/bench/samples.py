"""Paragraphs as writers of newsletters draft them, with a slip here and there. Text only."""

from __future__ import annotations

PARAGRAPHS = (
    "This week I want to tell you about the smallest bakery in our town. It has two tables, one oven and a queue that "
    "reaches to the corner evry Saturday morning. Maria, who runs it, told me that she never planed to open a shop; "
    "she only wanted to bake bread for her neighbours. When the old pharmacy closed in 2019 she rented the room for "
    "three months, and the three months became six years.",
    "Thank you for all the letters about the last issue. Many of you asked how we choose the books, and the honest "
    "answer is that we argue about it untill somebody gets hungry. This month the list has four novels, two "
    "collections of essays and a cookbook that nobody expected. We will talk about the first novel on Thursday at "
    "seven, in the usual place, and you do not need to have finish it to come.",
    "The river path is open again after the winter. Volunteers have planted willows along the bank, repaired the two "
    "wooden bridges and painted the benches in a green that you can see from the other side. If you walk there in the "
    "evening you will probaly meet Hanna, who counts the swallows and writes there number into a small blue book. She "
    "says that there were 214 of them last spring, and that she hopes for more.",
    "A reader wrote to ask why we stopped printing the crossword. The short answer is that the man who made it retired "
    "and nobody wanted to follow him. The long answer is that a good crossword takes a whole day, and that we tryed "
    "three times and were ashamed of the result each time. We have now found a teacher in the next village who makes "
    "them for fun, so the crossword comes back in March.",
    "Our little theatre has sold every seat for the second play. The actors rehearse in the gymnasium, because the "
    "stage is still being built, and the costumes hang in the library between the travel books and the dictionarys. "
    "On the first evening the director will say a few words about the author, and afterwards there is soup for "
    "everybody who helped. Please bring your own bowl and, if you have one, a folding chair.",
)
