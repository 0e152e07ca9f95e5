"""Short everyday texts in English and in nine other languages, saying the same.

    pair(world, 'de') -> ('Nora sold the lamp last week. It is very old.',
                          'Nora hat letzte Woche die Lampe verkauft. Sie ist sehr alt.')

What is said is drawn once, in words that every language has (`plans`); each language
then says it in patterns and forms of its own (`grammar`).
"""

from flan_jax.world.languages import plans
from flan_jax.world.languages.czech import CZECH
from flan_jax.world.languages.danish import DANISH
from flan_jax.world.languages.english import ENGLISH
from flan_jax.world.languages.finnish import FINNISH
from flan_jax.world.languages.french import FRENCH
from flan_jax.world.languages.german import GERMAN
from flan_jax.world.languages.romanian import ROMANIAN
from flan_jax.world.languages.russian import RUSSIAN
from flan_jax.world.languages.spanish import SPANISH
from flan_jax.world.languages.turkish import TURKISH

LANGUAGES = {
    'cs': CZECH, 'da': DANISH, 'de': GERMAN, 'es': SPANISH, 'fi': FINNISH,
    'fr': FRENCH, 'ro': ROMANIAN, 'ru': RUSSIAN, 'tr': TURKISH}


def pair(world, code):
  """(English text, the same in the language of that code): one to three sentences."""
  plan, chosen = plans.draw(world)
  return ENGLISH.text(plan, chosen), LANGUAGES[code].text(plan, chosen)
