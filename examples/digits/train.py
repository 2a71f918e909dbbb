#!/usr/bin/env python3
# Part of the Tessera project, under the Apache License v2.0 with LLVM
# Exceptions. See LICENSE for licence information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Trains digits.onnx: how the model and the images of this folder were made.

    pip install numpy onnx scikit-learn==1.9.1
    python3 train.py OUT_DIR

Needs no deep-learning framework: the network, its gradients and Adam are
written in NumPy below. Writes digits.onnx, images/*.npy and images/labels.txt.
"""

import os
import sys

import numpy as np
import onnx
import sklearn
from onnx import TensorProto, helper, numpy_helper
from sklearn.datasets import load_digits

SKLEARN_VERSION = "1.9.1"  # pins the data
SEED = 20240607
HELD_OUT = 360
CHANNELS = (16, 32)
EPOCHS = 80
BATCH = 64


def load_data():
    """Returns (train images, labels, held-out images, labels)."""
    if sklearn.__version__ != SKLEARN_VERSION:
        sys.exit(f"expected scikit-learn {SKLEARN_VERSION}, but got {sklearn.__version__}")
    digits = load_digits()
    images = (digits.images / 16.0).astype(np.float32)[:, None]
    order = np.random.default_rng(SEED).permutation(len(images))
    images, labels = images[order], digits.target[order]
    return images[HELD_OUT:], labels[HELD_OUT:], images[:HELD_OUT], labels[:HELD_OUT]


def columns(x):
    """[N,C,H,W] to [N,H,W,C*9]: the 3x3 windows, padded by 1."""
    n, c, h, w = x.shape
    padded = np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, (3, 3), axis=(2, 3))
    return windows.transpose(0, 2, 3, 1, 4, 5).reshape(n, h, w, c * 9)


def columns_gradient(g, c):
    """The adjoint of `columns`."""
    n, h, w, _ = g.shape
    g = g.reshape(n, h, w, c, 3, 3)
    padded = np.zeros((n, c, h + 2, w + 2), g.dtype)
    for i in range(3):
        for j in range(3):
            padded[:, :, i : i + h, j : j + w] += g[..., i, j].transpose(0, 3, 1, 2)
    return padded[:, :, 1:-1, 1:-1]


class Network:
    """Conv, Relu, MaxPool, Conv, Relu, Flatten, Gemm; softmax in the loss."""

    def __init__(self, rng):
        def he(*shape):
            fan_in = int(np.prod(shape[1:]))
            return (rng.standard_normal(shape) * np.sqrt(2 / fan_in)).astype(np.float32)

        c1, c2 = CHANNELS
        self.weights = {
            "conv1.weight": he(c1, 1, 3, 3),
            "conv1.bias": np.zeros(c1, np.float32),
            "conv2.weight": he(c2, c1, 3, 3),
            "conv2.bias": np.zeros(c2, np.float32),
            "dense.weight": he(10, c2 * 16),
            "dense.bias": np.zeros(10, np.float32),
        }

    def conv(self, x, name):
        w, b = self.weights[name + ".weight"], self.weights[name + ".bias"]
        cols = columns(x)
        return cols, (cols @ w.reshape(len(w), -1).T + b).transpose(0, 3, 1, 2)

    def conv_gradient(self, cols, g, name, gradients):
        w = self.weights[name + ".weight"]
        g = g.transpose(0, 2, 3, 1)
        flat = g.reshape(-1, len(w))
        gradients[name + ".weight"] = (flat.T @ cols.reshape(-1, cols.shape[-1])).reshape(w.shape)
        gradients[name + ".bias"] = flat.sum(0)
        return columns_gradient(g @ w.reshape(len(w), -1), w.shape[1])

    def forward(self, x):
        cols1, a1 = self.conv(x, "conv1")
        r1 = np.maximum(a1, 0)
        n, c, h, w = r1.shape
        blocks = r1.reshape(n, c, h // 2, 2, w // 2, 2)
        pooled = blocks.max(axis=(3, 5))
        cols2, a2 = self.conv(pooled, "conv2")
        flat = np.maximum(a2, 0).reshape(n, -1)
        logits = flat @ self.weights["dense.weight"].T + self.weights["dense.bias"]
        return logits, (cols1, a1, blocks, pooled, cols2, a2, flat)

    def gradients(self, x, labels, decay):
        logits, (cols1, a1, blocks, pooled, cols2, a2, flat) = self.forward(x)
        p = np.exp(logits - logits.max(1, keepdims=True))
        p /= p.sum(1, keepdims=True)
        p[np.arange(len(x)), labels] -= 1
        g = (p / len(x)).astype(np.float32)
        result = {"dense.weight": g.T @ flat, "dense.bias": g.sum(0)}
        g = (g @ self.weights["dense.weight"]).reshape(a2.shape) * (a2 > 0)
        g = self.conv_gradient(cols2, g, "conv2", result)
        is_max = blocks == pooled[:, :, :, None, :, None]
        g = (is_max * g[:, :, :, None, :, None]).reshape(a1.shape) * (a1 > 0)
        self.conv_gradient(cols1, g, "conv1", result)
        for name in result:
            result[name] = result[name] + decay * self.weights[name]
        return result


def shifted(images, rng):
    """Each image moved by up to a pixel, on zeros."""
    padded = np.pad(images, ((0, 0), (0, 0), (1, 1), (1, 1)))
    result = np.empty_like(images)
    for i, (y, x) in enumerate(rng.choice(3, size=(len(images), 2), p=[0.15, 0.7, 0.15])):
        result[i] = padded[i, :, y : y + 8, x : x + 8]
    return result


def train(images, labels):
    rng = np.random.default_rng(SEED)
    network = Network(rng)
    first = {k: np.zeros_like(v) for k, v in network.weights.items()}
    second = {k: np.zeros_like(v) for k, v in network.weights.items()}
    step = 0
    for epoch in range(EPOCHS):
        rate = 0.5 * 3e-3 * (1 + np.cos(np.pi * epoch / EPOCHS))
        order = rng.permutation(len(images))
        for at in range(0, len(order), BATCH):
            batch = order[at : at + BATCH]
            step += 1
            gradients = network.gradients(shifted(images[batch], rng), labels[batch], 1e-4)
            for name, g in gradients.items():
                first[name] = 0.9 * first[name] + 0.1 * g
                second[name] = 0.999 * second[name] + 0.001 * g * g
                mean = first[name] / (1 - 0.9**step)
                scale = np.sqrt(second[name] / (1 - 0.999**step)) + 1e-8
                network.weights[name] -= (rate * mean / scale).astype(np.float32)
    return network


def export(network, path):
    nodes = [
        helper.make_node("Conv", ["image", "conv1.weight", "conv1.bias"], ["conv1"],
                         name="conv1", kernel_shape=[3, 3], pads=[1, 1, 1, 1]),
        helper.make_node("Relu", ["conv1"], ["relu1"], name="relu1"),
        helper.make_node("MaxPool", ["relu1"], ["pool1"], name="pool1",
                         kernel_shape=[2, 2], strides=[2, 2]),
        helper.make_node("Conv", ["pool1", "conv2.weight", "conv2.bias"], ["conv2"],
                         name="conv2", kernel_shape=[3, 3], pads=[1, 1, 1, 1]),
        helper.make_node("Relu", ["conv2"], ["relu2"], name="relu2"),
        helper.make_node("Flatten", ["relu2"], ["flat"], name="flatten"),
        helper.make_node("Gemm", ["flat", "dense.weight", "dense.bias"], ["logits"],
                         name="dense", transB=1),
        helper.make_node("Softmax", ["logits"], ["probabilities"], name="softmax", axis=1),
    ]
    graph = helper.make_graph(
        nodes, "digits",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, [1, 1, 8, 8])],
        [helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, [1, 10])],
        [numpy_helper.from_array(v.astype(np.float32), k) for k, v in network.weights.items()],
    )
    model = helper.make_model(graph, producer_name="tessera examples/digits",
                              opset_imports=[helper.make_opsetid("", 17)])
    model.ir_version = 8
    onnx.checker.check_model(model)
    onnx.save(model, path)


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    out = sys.argv[1]
    os.makedirs(os.path.join(out, "images"), exist_ok=True)
    images, labels, held_images, held_labels = load_data()
    network = train(images, labels)
    predicted = network.forward(held_images)[0].argmax(1)
    right = int((predicted == held_labels).sum())
    print(f"held out: {right} of {len(held_labels)} right")
    export(network, os.path.join(out, "digits.onnx"))
    # Of each digit the first image of the held-out set, right or wrong.
    with open(os.path.join(out, "images", "labels.txt"), "w", encoding="utf-8") as file:
        for digit in range(10):
            i = int(np.argmax(held_labels == digit))
            np.save(os.path.join(out, "images", f"digit_{digit}.npy"), held_images[i : i + 1])
            file.write(f"digit_{digit}.npy {digit}\n")


if __name__ == "__main__":
    main()
