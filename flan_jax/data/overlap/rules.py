# SPDX-License-Identifier: Apache-2.0
"""What counts as overlap: two separate rules, and what never counts.

paper      as in the paper's contamination study (appendix C, after GPT-3's): one word n-gram
           of the example occurs in the training text. n is one number per dataset, the
           5th percentile of the words of its examples, at least 8 and at most 13. An example
           with no text of n words overlaps if each of its texts of 5 words or more has
           all of its 5-grams in a training text.
absolute   no statistics of the dataset: a text is contained in one training text if that
           has 30% of its 5-grams that count and 5 of them (if it has fewer than 5: all).
           An example overlaps if contained texts have half of its 5-grams. Embedding in a
           longer text and other line breaks change nothing; one word in ten may differ.
exact      all texts of the question (not the answer) are texts of one training record, ignoring
           case, punctuation, spacing and Unicode's ways to write the same. Exact examples
           overlap by both rules.

Words are runs of letters and digits; a Chinese or Japanese character is a word. N-grams do
not cross from one field into the next. What never counts:

  * n-grams of numbers only;
  * n-grams that recur in more than 20 distinct texts, of training or of the test side
    (for the contained share, a third of a text's 5-grams count in any case: a text made
    of phrases does not match another because of a few other n-grams);
  * texts that recur in more than 100 records of their dataset: standard phrases;
  * options, and the answer if there are options (`records`);
  * examples with fewer than 3 words in all.

Texts of fewer than 5 words have no 5-gram: only `exact` covers them.
"""

GRAM = 5  # words, of the absolute rule
SHARE = 0.3  # of a text's n-grams that one training text must have
HITS = 5  # minimum number of n-grams that it must have; all, if the text has fewer
LEFT = 1 / 3  # of a text's n-grams, the minimum denominator of a share
OF_EXAMPLE = 0.5  # part of an example's n-grams that contained texts must have
PAPER_SHORTEST, PAPER_LONGEST = 8, 13  # words, GPT-3's appendix C
PAPER_PERCENTILE = 5
LARGEST_FREQUENCY = 20  # maximum number of distinct texts with an n-gram that counts
REPEATS = 100  # maximum number of records of a dataset with a text that counts
FEWEST_WORDS = 3  # minimum for an example that can overlap
