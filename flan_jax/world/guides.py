"""How-to articles, and the headings of their steps, which sum them up.

    guide(world) -> (
        'Here is how to grow beans from seed. Use pots with holes in the bottom so '
        'that water can run off. ... Push each seed about 3 cm deep into the soil.',
        'Fill some pots with soil. Sow the beans. ...')

A guide knows five or six steps in their order; an article holds some of them. What a
step is done with and how long it takes depends on the thing that the guide is about.
"""

import dataclasses

from flan_jax.world import outlines
from flan_jax.world.lexicon import table

_OPENINGS = (
    'Anybody can learn {title}.', 'Here is {title}.', 'Some advice on {title}.',
    'It is not hard to learn {title}.', 'Have you ever wondered {title}?')


@dataclasses.dataclass(frozen=True)
class Guide:
  """How to do something.

  Attributes:
    title: with gaps, 'how to cook {grain}'.
    names: of the gaps that a row of `rows` fills.
    steps: outlines whose heads are the step in a few words.
  """

  title: str
  names: tuple[str, ...]
  rows: tuple[tuple[str, ...], ...]
  steps: tuple[outlines.Outline, ...]


def _guide(title, things, steps):
  """things: a table whose first row names the gaps."""
  names, *rows = table(things)
  return Guide(title, names, tuple(rows), outlines.outlines(steps))


GUIDES = (
    _guide('how to cook {grain}', """
grain | water | minutes
long-grain rice | two | 18
quinoa | two | 15
millet | two | 20
pearl barley | three | 40
bulgur | two | 15
lentils | three | 25
""", """
= Rinse the {grain}.
Put the {grain} into a sieve and hold it under cold running water.
| Let cold water run over the {grain} in a fine sieve.
Stir with your fingers until the water that runs off is clear.
? This removes dust.
= Measure the water.
| Pour the right amount of water into a pot.
For each cup of {grain} you need {water} cups of water in the pot.
| Take {water} cups of water for one cup of {grain} and put both into a pot.
? Too much makes everything mushy, and too little lets it burn.
= Bring the pot to the boil.
Set the stove to its highest heat and wait until large bubbles rise in the pot.
| Heat the pot until the water bubbles strongly.
? A lid saves time and energy.
= Let it simmer for {minutes} minutes.
| Cook the {grain} over low heat for {minutes} minutes.
Turn the heat down as far as it goes and put the lid on.
| As soon as the water boils, choose the lowest heat and cover the pot.
About {minutes} minutes later the {grain} should be soft.
= Let it rest before you serve it.
Take the pot off the stove and leave it covered for five minutes.
Then loosen the {grain} with a fork and bring everything to the table.
"""),
    _guide('how to grow {plant} from seed', """
plant | depth
beans | 3
tomatoes | 1
pumpkins | 2
sunflowers | 2
cucumbers | 2
courgettes | 2
""", """
= Fill some pots with soil.
Use pots with holes in the bottom so that water can run off.
Leave a finger's breadth free between the soil and the rim.
| The soil in them should be loose and come almost up to the rim.
= Sow the {plant}.
| Put the seeds into the soil.
Push each seed about {depth} cm deep into the soil and cover it.
? Two seeds in each pot are safer than one.
= Keep the soil moist.
Every day, touch the soil with a finger, and add a little water if it feels dry.
| Spray some water on the soil whenever its surface looks pale.
It should never be soaking wet, or the seeds will rot.
= Give the seedlings light.
| Put the pots by a sunny window.
As soon as green tips appear, they want all the sun that comes through the window.
| Without enough sun, the seedlings become long and weak, so move the pots to a window.
? Turn the pots now and then so that the stems grow straight.
= Plant the {plant} outside after the last frost.
Frost would kill {plant}, so wait until late spring before you move them to the garden.
| Once there are no more cold nights, the {plant} can go into the garden.
Choose a sunny bed and dig holes as deep as the pots.
"""),
    _guide('how to wash a {garment} by hand', """
garment
woollen jumper
silk scarf
cashmere cardigan
knitted hat
lace blouse
""", """
= Read the label.
On a label in the seam you will find little signs; look for a hand in a tub.
| Look at the label first: a small sign with a hand in a tub is what you want to see.
If the tub is crossed out, take the {garment} to the cleaner's instead.
= Fill a basin with cool water and mild soap.
| Prepare a cool bath with a little soap.
Hot water can make the {garment} shrink, so the water in the basin should feel cool.
Stir in a spoonful of a soap that is made for fine fabrics.
= Press the water through the fabric.
| Move the {garment} gently in the water.
Push the {garment} down softly again and again for two or three minutes.
Never rub or twist it in the water, or it will lose its shape.
= Rinse it well.
| Rinse out the soap.
Pour the soapy water away and fill the basin with clean, cool water.
Repeat this until no more foam appears.
| When the water stays clear, all of the soap is gone.
= Dry it flat.
Roll the wet {garment} up in a towel and press to get the water out.
Then spread it on a second towel, away from the sun and the heating.
| On a line it would stretch, so spread it out on another towel until it is dry.
"""),
    _guide('how to mend a puncture on a {bike}', """
bike
city bike
mountain bike
racing bike
child's bike
tandem
""", """
= Take the wheel off.
Turn the {bike} upside down and open the nuts or the lever that hold the wheel.
? If it is the back wheel, change to the smallest cog first.
= Pull out the inner tube.
Let out the rest of the air.
Lift one side of the tyre over the rim with two levers until you can reach the tube.
| Push two levers under the edge of the tyre, and soon the tube can be drawn out.
= Find the hole.
Pump the tube up again and hold it under water.
| Pump a little air into the tube and move it through a bucket of water.
Where bubbles rise, the air gets out.
= Look for the cause in the tyre.
Feel along the inside of the tyre with your fingers, but carefully.
Pull out any thorn or piece of glass that you find, or you will soon have to stop again.
= Glue a patch on the tube.
| Cover the hole with a patch.
Rub the tube with sandpaper around the hole, and spread some glue on it.
When the glue is no longer shiny, press a patch on it as hard as you can for a minute.
= Put everything back and pump it up.
Start at the valve, and push the edge of the tyre back with your thumbs.
Fasten the wheel and pump until you can hardly press the tyre in.
"""),
    _guide('how to look after {pet}', """
pet | room | food | bedding
rabbits | a large run | hay and leaves | straw
guinea pigs | a large run | hay and peppers | straw
hamsters | a big cage with a wheel | seeds and nuts | paper shreds
gerbils | a big cage with deep sand | seeds and hay | paper shreds
chinchillas | a tall cage with shelves | hay and dried herbs | wood shavings
""", """
= Give them enough room.
They want to move, so what {pet} need is {room}.
| A small box from the pet shop will not do; {pet} need {room}.
? Keep it out of the sun and away from draughts.
= Feed them every day.
| Give them {food}.
The most important things on their menu are {food}, and they eat day after day.
| Their bowl should never be without {food}, so fill it every morning.
? Sweets and bread make them ill.
= Make sure that there is fresh water.
| Fill their bottle with fresh water every day.
Fill the water bottle anew each morning and check that the tip is not blocked.
| Old water makes {pet} ill, so empty the bottle daily and fill it again.
= Clean their home once a week.
Throw away the old {bedding} once in seven days and wash the floor with warm water.
| Once in seven days, all of the {bedding} should go into the bin.
When everything is clean and dry, put in a new layer.
= Get them used to you slowly.
| Win their trust.
{pet} are afraid at first, so sit down beside them and let them come to your hand.
Do not grab them from above, because that is how a bird of prey would do it.
"""),
    _guide('how to play the {instrument} well', """
instrument
piano
violin
guitar
flute
cello
accordion
trumpet
""", """
= Find a teacher.
Bad habits are hard to lose, and a teacher who knows the {instrument} will notice them.
| Look for somebody who can teach you the {instrument} and who corrects your mistakes.
? A lesson every other week is enough in the beginning.
= Practise every day.
| Practise a little each day.
Twenty minutes each morning are worth more than three hours of practice on a Sunday.
| A quarter of an hour of practice day by day does more than one whole afternoon a week.
? Choose a fixed time, and it will become a habit.
= Start slowly.
Play a new piece at half its speed until there are no more mistakes.
Only then should you go a little faster.
| A metronome helps you to get faster step by step.
= Work on the hard parts first.
Most of a piece is easy, so do not always begin at the first bar.
Mark the two or three hard places where you stumble, and repeat just those.
= Record yourself.
While you play, you are too busy to listen.
Use a telephone to make a recording; afterwards you will hear at once what needs work.
= Play for other people.
Invite a friend or your family to a small concert.
| Ask somebody to sit down and listen to a piece that you know well.
It makes you nervous at first, but nothing else shows so clearly what you can do.
"""),
    _guide('how to sleep better {when}', """
when
in summer
in a noisy street
before an exam
after a long day at work
during the winter months
""", """
= Go to bed at the same time every day.
The body likes a rhythm, so choose an hour for going to bed and keep to it at weekends.
| Let the clock decide when you go to bed, also on Saturdays and Sundays.
? After two weeks you will get tired at the right moment all by yourself.
= Drink no coffee after lunch.
| Have your last coffee at noon.
It takes the body many hours to get rid of a cup of coffee.
In the afternoon, herbal tea is the better choice.
= Keep the bedroom dark and cool.
Heavy curtains keep the light out, and an open window keeps the bedroom cool.
| Draw the curtains against the light, and turn off the heating in the bedroom.
= Switch off all screens an hour before bedtime.
The bright light of telephones and televisions tells the brain that it is still day.
For the last hour, read a book on paper or listen to music instead.
= Write down what worries you.
Worries go round in circles as long as they are only in your head.
Put a sheet of paper next to the bed; what you have written can wait until tomorrow.
"""),
    _guide('how to bake {loaf}', """
loaf | flour | minutes
white bread | wheat flour | 35
wholemeal bread | wholemeal flour | 45
spelt bread | spelt flour | 45
raisin bread | wheat flour and a handful of raisins | 40
walnut bread | wheat flour and chopped walnuts | 45
""", """
= Mix the dough.
Put {flour} into a bowl with some yeast, salt and warm water.
Stir until you have a dough without dry spots.
= Knead it for ten minutes.
Push the dough away with the heel of your hand, fold it and turn it.
After ten minutes it is smooth and springs back.
| When ten minutes have gone by, it no longer sticks to the table.
= Let the dough rise.
Cover the bowl with a cloth and leave the dough in a warm place.
An hour later it should be twice as large.
= Shape a loaf.
Press the air out of the dough and roll it up tightly.
Lay the loaf on a tray with the seam below and cut the top with a sharp knife.
= Bake it for {minutes} minutes.
| Put the loaf into a hot oven.
Heat the oven to 220 degrees before the loaf goes in.
After {minutes} minutes, knock on the bottom; if it sounds hollow, the bread is done.
= Let the bread cool.
Put the hot bread on a rack so that air can get at it from below.
It cannot be sliced properly before it is cold.
"""),
    _guide('how to remove {stain} from a {cloth}', """
stain | cloth
red wine | tablecloth
coffee | shirt
tea | napkin
tomato sauce | cushion cover
cherry juice | cotton dress
""", """
= Act quickly.
| Do not wait.
Fresh {stain} comes out far more easily than a spot that has dried, so be quick.
= Dab it with a clean cloth.
| Soak up as much as you can.
Press a clean cloth on the {stain}, from the edge towards the middle, to soak it up.
Rubbing would only push it deeper into the fibres.
= Rinse it from behind with cold water.
Turn the {cloth} inside out and hold it under the cold tap.
In this way the colour is washed out on the side where it came in.
= Work in some soap.
| Treat the spot with liquid soap.
Put a few drops of liquid soap on the spot and spread them with a finger.
? Let it rest for ten minutes.
= Wash it as usual.
Then the {cloth} can go into the washing machine with your other things.
Use the warmest water that its label allows.
= Check it before you dry it.
Before you dry the {cloth}, look closely at the place where the {stain} was.
Heat makes whatever is left permanent, so start again if there is still a shadow.
"""),
    _guide('how to make {vegetable} soup', """
vegetable | pieces | minutes
pumpkin | pumpkin | 20
carrot | carrots | 25
potato | potatoes | 20
leek | leeks | 15
parsnip | parsnips | 25
cauliflower | cauliflower | 15
""", """
= Cut up the vegetables.
Wash the {pieces}, peel an onion, and cut everything into cubes.
? Pieces of the same size get soft at the same time.
= Fry the onion gently.
Melt some butter in a large pot and add the onion.
It should become clear but not brown, so keep the heat low.
= Add the {pieces} and some stock.
Stir the {pieces} in the butter for two minutes.
Then pour in hot stock until everything is covered.
= Let it cook for {minutes} minutes.
Put the lid on, and let the soup bubble a little.
After {minutes} minutes a knife should go into the {pieces} without effort.
= Blend the soup.
Take the pot from the stove and use a hand blender until no lumps are left in the soup.
? If it is too thick, add a little water.
= Season it at the end.
| Taste it before you serve it.
Stock is salty already, so taste the soup at the end before you take more salt.
Pepper, lemon juice or a spoonful of cream go well with it.
"""),
    _guide('how to pack for {trip}', """
trip | special
a hike in the mountains | a rain jacket
a week by the sea | a sun hat
a weekend in the city | a pair of light shoes
a bicycle tour | a pump
a winter holiday | thick socks
a camping trip | a torch
""", """
= Write a list.
| Make a list some days before.
Begin a few days early to write down whatever comes to mind.
For {trip}, {special} should be on the list.
= Choose clothes that go together.
If every top matches every pair of trousers, you need only half as many.
| Two or three colours are enough when all of your clothes match.
= Roll your clothes.
Trousers and shirts take less room when they are rolled up tightly.
? They also show fewer creases than when they are folded.
= Put the heavy things at the bottom.
Shoes and books would crush all that lies under them, so they go in first.
| Heavy shoes press everything flat that is below them, so nothing should be.
? In a rucksack they also belong close to your back.
= Keep your papers within reach.
Tickets and passport go into a pocket that you can open with one hand.
? Leave copies of them with somebody at home.
= Leave some room.
A full bag cannot be closed again once you have bought something.
Take out two things that you are not sure about.
"""),
)


def guide(world):
  """(article, summary): three to five steps of a guide, in their order."""
  chosen = world.choice(GUIDES)
  gaps = dict(zip(chosen.names, world.choice(chosen.rows)))
  gaps['title'] = chosen.title.format_map(gaps)
  texts, heads = [outlines.filled(world.choice(_OPENINGS), gaps)], []
  count, numbers = world.random.randint(3, 5), range(len(chosen.steps))
  for number in sorted(world.random.sample(numbers, count)):
    texts += outlines.lines(world, chosen.steps[number], gaps)
    heads.append(outlines.head(world, chosen.steps[number], gaps))
  return ' '.join(texts), ' '.join(heads)
