"""Writes rbm.safetensors: a BernoulliRBM of scikit-learn, trained a little, and what it gives.

usage: python generate.py, with scikit-learn, numpy and safetensors installed
"""

from pathlib import Path

import numpy as np
from safetensors.numpy import save_file
from sklearn.neural_network import BernoulliRBM

random = np.random.default_rng(0)
x = (random.random((40, 6)) < [0.1, 0.9, 0.5, 0.3, 0.7, 0.5]).astype(np.float64)
machine = BernoulliRBM(n_components=4, learning_rate=0.1, batch_size=10, n_iter=20, random_state=0).fit(x)
arrays = {name: getattr(machine, name) for name in ("components_", "intercept_hidden_", "intercept_visible_")}
arrays |= {"x": x, "transform": machine.transform(x), "free_energy": machine._free_energy(x)}
save_file({name: np.ascontiguousarray(array) for name, array in arrays.items()}, Path(__file__).parent / "rbm.safetensors")
