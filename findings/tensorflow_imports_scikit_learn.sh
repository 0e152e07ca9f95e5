#!/usr/bin/env bash
# `import tensorflow` imports the whole of Keras 3, and by it scikit-learn and SciPy's statistics
# (tensorflow and tensorflow-text 2.21, keras 3.15.1, seqio 0.0.20).
#
# tf.keras is a lazy module, yet the last lines of tensorflow/__init__.py import keras.src.optimizers,
# to register them. That imports the package keras, whose `wrappers` import scikit-learn where it is
# installed. A reader of tf.data uses none of it and pays about a third of the import for it. The switch for the old
# Keras, TF_USE_LEGACY_KERAS=1, avoids it for TensorFlow alone, but not for SeqIO: tensorflow_text
# derives a class from tf.keras.layers.Layer, which is then an ImportError unless tf_keras is
# installed beside.
#
# Seen:
#   import tensorflow: keras True, sklearn True, scipy.stats True
#   TF_USE_LEGACY_KERAS=1, import tensorflow: keras False, sklearn False, scipy.stats False
#   TF_USE_LEGACY_KERAS=1, import seqio: ImportError
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q 'seqio==0.0.20' 'tensorflow==2.21.0' 'tensorflow-text==2.21.1' \
  'keras==3.15.1' 'scikit-learn==1.9.0'
export TF_CPP_MIN_LOG_LEVEL=3 CUDA_VISIBLE_DEVICES=
cat >"$folder/program.py" <<'END_OF_PROGRAM'
import importlib
import sys

try:
  importlib.import_module(sys.argv[1])
except ImportError as error:
  print(type(error).__name__)
  sys.exit()
print(', '.join(f'{name} {name in sys.modules}' for name in ('keras', 'sklearn', 'scipy.stats')))
END_OF_PROGRAM
run() { "$folder/venv/bin/python" "$folder/program.py" "$1" 2>/dev/null; }
"$folder/venv/bin/python" -c 'from importlib.metadata import version
print(*(f"{name} {version(name)}" for name in ("seqio", "tensorflow", "tensorflow-text", "keras", "scikit-learn")))'
plain=$(run tensorflow)
alone=$(TF_USE_LEGACY_KERAS=1 run tensorflow)
legacy=$(TF_USE_LEGACY_KERAS=1 run seqio)
echo "import tensorflow: $plain"
echo "TF_USE_LEGACY_KERAS=1, import tensorflow: $alone"
echo "TF_USE_LEGACY_KERAS=1, import seqio: $legacy"
[ "$plain" = 'keras True, sklearn True, scipy.stats True' ] &&
  [ "$alone" = 'keras False, sklearn False, scipy.stats False' ] &&
  [ "$legacy" = 'ImportError' ] || { echo 'CHANGED: see the head of this file'; exit 1; }
