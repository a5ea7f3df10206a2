"""A text of the kind that ME_AI is for, by which two files of one model are compared. Knows nothing of either."""

TEXT = """\
The ferry was late again on Thursday, and so this letter is late too. I had meant to write it on the crossing, with \
a cup of bad coffee and my feet on the heating pipe, but we waited in the harbour for two hours while somebody looked \
for a part that nobody had ordered. Nobody complained. People on this island have learned to carry a book.

Most of you wrote to me about the bakery. For those who joined since: last month I told you that Anna and Piet would \
close the shop after thirty-one years, and I asked what you thought a village loses when it loses its bread. I \
expected a few kind words. I got one hundred and forty replies, three recipes, and an offer from a retired engineer \
in Leeds to come and repair the oven for free. He has since been on the telephone with Piet. They talked for an hour, \
mostly about fishing.

Here is what I learned from reading all of it. First, hardly anybody misses the bread itself. What they miss is \
standing in line at seven in the morning with people they would never invite to dinner. The line was where you heard \
that the school needed a new roof, that the doctor was leaving, that someone's father had died. You can buy a decent \
loaf at the supermarket on the mainland; you cannot buy the fifteen minutes before it.

Second, small shops rarely close because they lose money. They close because the work is hard and the children have \
other plans. Anna told me that in a good year they earned enough, but that she had not slept past four since 1993. \
When I asked whether she would do it again, she laughed and said that she would, with better shoes.

So that is my suggestion for the dark months. Pick one morning, open one door, and tell three neighbours about it. \
Write down who comes. If it fails, you have lost a few hours and gained a story; if it works, let me know, and I will \
print it here.

Next week: why the lighthouse keeper paints his boat the wrong colour, and a soup for people who have no time. Until \
then, keep warm, and thank you for reading this far.
"""
