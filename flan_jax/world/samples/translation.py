"""Translation: short texts in English and in another language."""

from functools import partial

from flan_jax.world import languages, samples

DATASETS = {'para_crawl_en{}': 'de es fr', 'wmt14_en{}': 'fr',
            'wmt16_translate_{}en': 'cs de fi ro ru tr'}

for _name, _codes in DATASETS.items():
  for _code in _codes.split():
    samples.columns(
        _name.format(_code), partial(languages.pair, code=_code), f'en {_code}')
