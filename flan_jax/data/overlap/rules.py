# SPDX-License-Identifier: Apache-2.0
"""What counts as overlap: two rules, kept apart, and what never counts.

paper      as the paper's contamination study (appendix C, after GPT-3's): one word n-gram of
           the example stands in the training text. n is one number for each dataset, the
           5th percentile of the words of its examples, at least 8 and at most 13. An example
           with no text of n words overlaps if each of its texts of 5 words or more stands
           in a training text with all of its 5-grams.
absolute   no statistics of the dataset: a text is contained in one training text if that
           holds 30% of its 5-grams that count and 5 of them (if it has fewer than 5: all).
           An example overlaps if contained texts have half of its 5-grams. Embedding in a
           longer text and other line breaks change nothing; of ten words one may be another.
exact      all texts that are asked (not the answer) are texts of one training record, without
           case, punctuation, spacing and Unicode's ways to write the same. Exact examples
           overlap by both rules.

Words are runs of letters and digits; a Chinese or Japanese character is a word. N-grams do
not reach from one field into the next. What never counts:

  * n-grams of numbers only;
  * n-grams that recur in more than 20 different texts, of training or of the test side
    (for the share that is contained, a third of a text's 5-grams remain in any case: a text
    of phrases is not like another because of a few other n-grams);
  * texts that recur in more than 100 records of their dataset: phrases that belong to it;
  * options, and the answer where there are options (`records`);
  * examples with fewer than 3 words in all.

Texts of fewer than 5 words have no 5-gram: only `exact` sees them.
"""

GRAM = 5  # words, of the absolute rule
SHARE = 0.3  # of the n-grams of a text that one training text must hold
HITS = 5  # n-grams that it must hold at least; all, if the text has fewer
LEFT = 1 / 3  # of the n-grams of a text, at least, that a share is of
OF_EXAMPLE = 0.5  # part of the n-grams of an example that contained texts must have
PAPER_SHORTEST, PAPER_LONGEST = 8, 13  # words, GPT-3's appendix C
PAPER_PERCENTILE = 5
LARGEST_FREQUENCY = 20  # different texts that an n-gram which counts recurs in
REPEATS = 100  # records of a dataset that a text which counts recurs in
FEWEST_WORDS = 3  # of an example that can overlap
