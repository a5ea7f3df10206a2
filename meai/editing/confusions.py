"""Words that are taken for one another although each is spelled right. Data, and where a text has them."""

from __future__ import annotations

import re

# Sound alike, or differ by a slip of one key. Whoever reads the sentence decides; a word may stand in several lines.
_SOUND_ALIKE = """
accept except
advice advise
affect effect
aloud allowed
bear bare
brake break
breath breathe
by buy
cant can't
cereal serial
choose chose
cite site
clothes cloths
complement compliment
council counsel
cue queue
desert dessert
dew due
dual duel
eminent imminent
ensure insure
everyday every_day
fair fare
flower flour
formally formerly
fourth forth
gorilla guerrilla
grate great
guessed guest
heal heel
heard herd
here hear
higher hire
hole whole
hour our
idle idol
its it's
knight night
knot not
lead led
lets let's
lightning lightening
loose lose
looses loses
maid made
mail male
main mane
manner manor
maybe may_be
meat meet
mist missed
moral morale
mourning morning
new knew
no know
now know
of have
of off
pair pear
pale pail
passed past
pause paws
peace piece
personal personnel
plaid played
pole poll
pore pour
pray prey
principle principal
profit prophet
quiet quite
rain reign
raise raze
right rite
ring wring
role roll
root route
sail sale
scene seen
see sea
sent scent
sew so
shore sure
site sight
sole soul
some sum
son sun
sore soar
staid stayed
stair stare
stationary stationery
steal steel
sweet suite
their there they're
then than
though thought
threw through
tide tied
tire tyre
to too
toe tow
vain vein
vary very
waist waste
wait weight
wares wears
way weigh
weather whether
week weak
were where we're
whose who's
witch which
won one
wonder wander
wont won't
wood would
write right
your you're
"""
# Slips of a key, and words left in another's form: likelier to be meant than a homophone.
_SLIPS = """
from form
and an
the they
then them
than that
thing think
you your
for four
is in
it is
on one
"""
_FORMS = """
was were
is are
has have
do does
don't doesn't
go goes
this these
that those
much many
less fewer
"""

# A regular form that English does not have, and the one that it has.
_REGULARISED = """
maked made
goed went
buyed bought
teached taught
catched caught
thinked thought
runned ran
writed wrote
sayed said
payed paid
choosed chose
telled told
feeled felt
keeped kept
sleeped slept
bringed brought
breaked broke
speaked spoke
taked took
gived gave
knowed knew
growed grew
falled fell
finded found
losed lost
leaved left
eated ate
drived drove
hurted hurt
putted put
childs children
mans men
womans women
foots feet
tooths teeth
informations information
advices advice
peoples people
furnitures furniture
feedbacks feedback
"""


def _table(lines: str) -> dict[str, tuple[str, ...]]:
    table: dict[str, tuple[str, ...]] = {}
    for line in lines.split("\n"):
        words = [word.replace("_", " ") for word in line.split()]
        for word in words:
            others = tuple(other for other in words if other != word)
            table[word] = tuple(dict.fromkeys(table.get(word, ()) + others))
    return table


SOUND_ALIKE, SLIPS, FORMS = _table(_SOUND_ALIKE), _table(_SLIPS), _table(_FORMS)
REGULARISED = {wrong: (right,) for wrong, right in map(str.split, _REGULARISED.strip().split("\n"))}
WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
