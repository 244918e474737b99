"""Writes the fixtures of `tests/against_pytorch.rs`: what PyTorch calculates, as safetensors files.

    pip install torch numpy safetensors
    python tests/against_pytorch/generate.py

Every number is drawn from a seed, and PyTorch calculates in f64 on one thread, so running it again on the same release
changes nothing but, perhaps, last digits.
"""

import copy
import pathlib

import torch
import torch.nn.functional as F
from safetensors.torch import save_file
from torch import nn

FOLDER = pathlib.Path(__file__).parent / "fixtures"


def save(name, tensors):
    tensors = {key: value.detach().clone().contiguous() for key, value in tensors.items()}
    save_file(tensors, FOLDER / f"{name}.safetensors")


def numbers(*shape):
    return torch.randn(*shape)


def whole(name, net, x, labels, stored):
    """A network with cross-entropy on top: the weights in a file of their own, as `save` writes them, and the rest.

    Weights and input are rounded to the type they are stored in before anything is calculated from them.
    """
    with torch.no_grad():
        for parameter in net.parameters():
            # A bias of zero would hide a bias that is forgotten.
            if parameter.dim() == 1:
                parameter.copy_(0.1 * numbers(*parameter.shape))
            parameter.copy_(parameter.to(stored))
    x = x.to(stored).double().requires_grad_()
    output = net(x)
    loss = F.cross_entropy(output, labels)
    loss.backward()
    save(f"{name}.weights", {key: value.to(stored) for key, value in net.state_dict().items()})
    rest = {"input": x.to(stored), "labels": labels, "output": output, "loss": loss.reshape(1), "d_input": x.grad.to(stored)}
    gradients = {f"gradient.{key}": value.grad.to(stored) for key, value in net.named_parameters()}
    save(name, rest | gradients)


class Mlp(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(8, 16)
        self.fc2 = nn.Linear(16, 12)
        self.logits = nn.Linear(12, 5)

    def forward(self, x):
        return self.logits(F.relu(self.fc2(torch.tanh(self.fc1(x)))))


class LeNet5(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 6, 5, padding=2)
        self.conv2 = nn.Conv2d(6, 16, 5)
        self.fc1 = nn.Linear(400, 120)
        self.fc2 = nn.Linear(120, 84)
        self.logits = nn.Linear(84, 10)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.conv1(x)), 2)
        x = F.max_pool2d(F.relu(self.conv2(x)), 2)
        x = F.relu(self.fc2(F.relu(self.fc1(x.flatten(1)))))
        return self.logits(x)


class Branches(nn.Module):
    """Branches that part and meet, and most options of convolution and pooling on the way."""

    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(2, 4, 3, padding=1)
        self.left = nn.Conv2d(4, 6, (3, 2), stride=(2, 1), padding=(1, 0), groups=2)
        self.right = nn.Conv2d(4, 6, (1, 2), stride=(2, 1), bias=False)
        self.dilated = nn.Conv2d(18, 8, 2, dilation=(1, 2))
        self.even = nn.Conv2d(8, 8, (2, 3), padding="same", groups=8)
        self.fc1 = nn.Linear(64, 10)
        self.fc2 = nn.Linear(10, 10)
        self.fc3 = nn.Linear(10, 10, bias=False)
        self.logits = nn.Linear(20, 4)

    def forward(self, x):
        stem = F.gelu(self.stem(x))
        left = F.silu(self.left(stem))
        right = torch.sigmoid(self.right(stem))
        both = torch.cat([left + right, left * right, left], 1)
        pooled = F.avg_pool2d(both, (2, 3), stride=(1, 1), padding=(0, 1))
        dilated = F.softplus(self.dilated(pooled))
        even = F.selu(self.even(dilated)) + dilated
        pool = F.max_pool2d(even, 2, stride=1)
        fc1 = F.elu(self.fc1(pool.flatten(1)), 0.7)
        fc2 = F.leaky_relu(self.fc2(fc1), 0.1) + fc1
        fc3 = F.softmax(self.fc3(fc2), 1) * fc2
        return self.logits(torch.cat([fc3, fc1], 1))


def networks():
    whole("mlp", Mlp(), numbers(7, 8), torch.randint(5, (7,)), torch.float64)
    whole("lenet", LeNet5(), numbers(3, 1, 28, 28), torch.randint(10, (3,)), torch.float32)
    whole("branches", Branches(), numbers(19, 2, 9, 8), torch.randint(4, (19,)), torch.float64)


def layer(tensors, case, net, x, scale=1):
    """One layer under the loss Σ d_output · output, whose gradient with respect to the output is `d_output`."""
    for parameter in net.parameters():
        parameter.requires_grad_(False).copy_(scale * numbers(*parameter.shape)).requires_grad_()
    x = x.clone().requires_grad_()
    output = net(x)
    d_output = numbers(*output.shape)
    (output * d_output).sum().backward()
    tensors |= {f"{case}.input": x, f"{case}.output": output, f"{case}.d_output": d_output, f"{case}.d_input": x.grad}
    for key, value in net.named_parameters():
        tensors |= {f"{case}.parameter.{key}": value, f"{case}.gradient.{key}": value.grad}


class Named(nn.Module):
    """A layer under the name `layer`, as the networks of the test have it."""

    def __init__(self, layer):
        super().__init__()
        self.layer = layer

    def forward(self, x):
        return self.layer(x)


class Tied(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.Linear(6, 3)
        self.decoder = nn.ParameterDict({"bias": nn.Parameter(torch.zeros(6))})

    def forward(self, x):
        code = torch.tanh(self.encoder(x))
        return torch.sigmoid(F.linear(code, self.encoder.weight.T, self.decoder["bias"]))


class Function(nn.Module):
    """A layer without parameters."""

    def __init__(self, function):
        super().__init__()
        self.function = function

    def forward(self, x):
        return self.function(x)


def convolutions():
    tensors = {}
    cases = {
        "plain": nn.Conv2d(3, 4, 3),
        "no_bias": nn.Conv2d(3, 4, 3, bias=False),
        "one_by_one": nn.Conv2d(3, 4, 1),
        "rectangle": nn.Conv2d(3, 4, (2, 3)),
        "stride": nn.Conv2d(3, 4, 3, stride=2),
        "strides": nn.Conv2d(3, 4, 2, stride=(3, 1)),
        "padding": nn.Conv2d(3, 4, 3, padding=1),
        "paddings": nn.Conv2d(3, 4, 3, padding=(2, 1)),
        "same": nn.Conv2d(3, 4, 3, padding="same"),
        "same_even": nn.Conv2d(3, 4, (4, 2), padding="same"),
        "same_dilated": nn.Conv2d(3, 4, (2, 3), padding="same", dilation=(3, 1)),
        "dilation": nn.Conv2d(3, 4, 2, dilation=2),
        "dilations": nn.Conv2d(3, 4, (2, 3), dilation=(3, 2)),
        "groups": nn.Conv2d(6, 4, 3, groups=2),
        "depthwise": nn.Conv2d(3, 3, 3, groups=3),
        "depthwise_twice": nn.Conv2d(3, 6, 3, groups=3),
        "everything": nn.Conv2d(4, 6, (3, 2), stride=(2, 3), padding=(2, 1), dilation=(1, 2), groups=2),
    }
    for case, conv in cases.items():
        layer(tensors, case, Named(conv), numbers(2, conv.in_channels, 7, 8))
    # More samples than the lanes of one block, and no multiple of them.
    layer(tensors, "many_samples", Named(nn.Conv2d(2, 2, 2, stride=(1, 2))), numbers(21, 2, 3, 5))
    save("convolutions", tensors)


def pools():
    tensors = {}
    cases = {
        "max": lambda x: F.max_pool2d(x, 2),
        "max_rectangle": lambda x: F.max_pool2d(x, (3, 2)),
        "max_overlapping": lambda x: F.max_pool2d(x, 3, stride=(1, 2)),
        "max_padding": lambda x: F.max_pool2d(x, 3, stride=2, padding=1),
        "max_paddings": lambda x: F.max_pool2d(x, (2, 3), stride=1, padding=(1, 0)),
        "avg": lambda x: F.avg_pool2d(x, 2),
        "avg_rectangle": lambda x: F.avg_pool2d(x, (3, 2)),
        "avg_overlapping": lambda x: F.avg_pool2d(x, 3, stride=(1, 2)),
        "avg_padding": lambda x: F.avg_pool2d(x, 3, stride=2, padding=1),
        "avg_paddings": lambda x: F.avg_pool2d(x, (2, 3), stride=1, padding=(1, 0)),
    }
    for case, pool in cases.items():
        layer(tensors, case, Function(pool), numbers(2, 2, 6, 7))
    # Equal numbers: the gradient goes to the first maximum of each window.
    layer(tensors, "max_ties", Function(lambda x: F.max_pool2d(x, 3, stride=2, padding=1)), numbers(2, 2, 6, 7).round())
    save("pools", tensors)


def adaptive_pools():
    tensors = {}
    cases = {
        "max": lambda x: F.adaptive_max_pool2d(x, (3, 3)),
        "max_overlapping": lambda x: F.adaptive_max_pool2d(x, (4, 5)),
        "max_more_bins": lambda x: F.adaptive_max_pool2d(x, (8, 3)),
        "avg": lambda x: F.adaptive_avg_pool2d(x, (2, 7)),
        "avg_overlapping": lambda x: F.adaptive_avg_pool2d(x, (4, 5)),
        "avg_more_bins": lambda x: F.adaptive_avg_pool2d(x, (8, 3)),
        "global_max": lambda x: F.adaptive_max_pool2d(x, 1).flatten(1),
        "global_avg": lambda x: x.mean((2, 3)),
    }
    for case, pool in cases.items():
        layer(tensors, case, Function(pool), numbers(2, 2, 6, 7))
    save("adaptive_pools", tensors)


def transposed_convolutions():
    tensors = {}
    cases = {
        "plain": nn.ConvTranspose2d(4, 3, 3),
        "no_bias": nn.ConvTranspose2d(4, 3, 3, bias=False),
        "doubling": nn.ConvTranspose2d(4, 3, 2, stride=2),
        "rectangle": nn.ConvTranspose2d(4, 3, (2, 3), stride=(1, 2)),
        "padding": nn.ConvTranspose2d(4, 3, 3, padding=1),
        "paddings": nn.ConvTranspose2d(4, 3, 3, stride=2, padding=(2, 1)),
        "output_padding": nn.ConvTranspose2d(4, 3, 3, stride=2, padding=1, output_padding=1),
        "output_paddings": nn.ConvTranspose2d(4, 3, (1, 2), stride=(3, 2), output_padding=(2, 1)),
        "groups": nn.ConvTranspose2d(4, 6, 3, groups=2),
        "depthwise": nn.ConvTranspose2d(4, 4, 2, stride=2, groups=4),
    }
    for case, convolution in cases.items():
        layer(tensors, case, Named(convolution), numbers(2, 4, 5, 4))
    save("transposed_convolutions", tensors)


def rows():
    tensors = {}
    for case, width, options in [("layer_norm", 7, {}), ("layer_norm_wide", 40, {}), ("layer_norm_epsilon", 3, {"eps": 0.1})]:
        layer(tensors, case, Named(nn.LayerNorm(width, **options)), numbers(5, width))
    layer(tensors, "layer_norm_each_step", Named(nn.LayerNorm(6)), numbers(3, 4, 6))
    layer(tensors, "transpose", Function(lambda x: x.transpose(1, 2)), numbers(3, 4, 6))
    save("rows", tensors)


def maps():
    """Functions with kinks at whole numbers, which are among what they are given."""
    tensors = {}
    scale = 1.7
    cases = {
        "mish": lambda x: x * torch.tanh(torch.log(1 + torch.exp(x))),
        "softsign": lambda x: x / (1 + x.abs()),
        "snake": lambda x: x + torch.sin(scale * x) ** 2 / scale,
        "hard_swish": lambda x: x * torch.minimum(torch.maximum(x + 3, torch.zeros(())), torch.tensor(6.0)) / 6,
        "gaussian": lambda x: torch.exp(-x * x / 2),
        "polynomial": lambda x: 0.5 * x**5 - 2 * x**3 + x - 1,
        "powers": lambda x: (x * x + 1) ** 1.5 + 2**x - (x * x + 1) ** -2,
        "roots": lambda x: torch.log(torch.sqrt(x * x + 1)) * torch.cos(x),
        "branches": lambda x: torch.where(x < -1, 0.1 * x, torch.where(x <= 2, torch.sigmoid(x), torch.relu(x - 1))),
    }
    line = torch.cat([torch.arange(-4.0, 5.0), 2 * numbers(37)]).reshape(2, 23)
    for case, function in cases.items():
        layer(tensors, case, Function(function), line)
    save("maps", tensors)


def dense():
    tensors = {}
    layer(tensors, "plain", Named(nn.Linear(5, 4)), numbers(3, 5))
    layer(tensors, "no_bias", Named(nn.Linear(5, 4, bias=False)), numbers(3, 5))
    layer(tensors, "each_step", Named(nn.Linear(5, 4)), numbers(3, 6, 5))
    layer(tensors, "tied", Tied(), numbers(3, 6))
    save("dense", tensors)


def activations():
    tensors = {}
    cases = {
        "relu": F.relu,
        "leaky_relu": lambda x: F.leaky_relu(x, 0.02),
        "elu": lambda x: F.elu(x, 1.5),
        "selu": F.selu,
        "gelu": F.gelu,
        "silu": F.silu,
        "sigmoid": torch.sigmoid,
        "tanh": torch.tanh,
        # Without the default's step to the identity above 20.
        "softplus": lambda x: F.softplus(x, threshold=100),
    }
    # From far in one tail to far in the other, without 0, where some have no slope.
    line = torch.cat([torch.tensor([-60.0, -25.0, -12.0]), torch.linspace(-7.1, 7.2, 40), torch.tensor([12.0, 25.0, 60.0])])
    for case, function in cases.items():
        layer(tensors, case, Function(function), line.reshape(2, 23))
    steep = torch.tensor([[0.0, 500.0, -500.0], [1.0, 2.0, 3.0], [-1e3, -1e3, -1e3], [40.0, 0.0, 1e-3]])
    for case, function in {"softmax": F.softmax, "log_softmax": F.log_softmax}.items():
        layer(tensors, case, Function(lambda x, function=function: function(x, 1)), steep)
        layer(tensors, f"{case}_steps", Function(lambda x, function=function: function(x, 2)), numbers(2, 4, 5))
    save("activations", tensors)


class Normalized(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(2, 4, 3, bias=False)
        self.norm1 = nn.BatchNorm2d(4)
        self.fc = nn.Linear(36, 6, bias=False)
        self.norm2 = nn.BatchNorm1d(6, momentum=0.3)
        self.logits = nn.Linear(6, 3)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.norm1(self.conv(x))), 2)
        return self.logits(torch.tanh(self.norm2(self.fc(x.flatten(1)))))


def batch_norms():
    """In training: output, gradients, the running statistics after it; in evaluation: the output by those."""
    tensors = {}
    cases = {
        "vector": (nn.BatchNorm1d(5), (7, 5)),
        "wide": (nn.BatchNorm1d(40, momentum=0.5), (33, 40)),
        "sequence": (nn.BatchNorm1d(3, eps=0.1), (4, 3, 6)),
        "one_sequence": (nn.BatchNorm1d(3), (1, 3, 6)),
        "image": (nn.BatchNorm2d(3), (21, 3, 4, 5)),
        "full_image": (nn.BatchNorm2d(2, momentum=1.0, eps=0.01), (32, 2, 3, 3)),
    }
    for case, (norm, shape) in cases.items():
        norm.running_mean.copy_(numbers(*norm.running_mean.shape))
        norm.running_var.copy_(0.5 + torch.rand(*norm.running_var.shape))
        net = Named(norm)
        before = {f"{case}.parameter.{key}": value.clone() for key, value in net.named_buffers() if value.dim()}
        x = 2 * numbers(*shape) + 1
        layer(tensors, case, net, x)
        after = {f"{case}.after.{key}": value for key, value in net.named_buffers() if value.dim()}
        tensors |= before | after | {f"{case}.inferred": net.eval()(x)}
    # A state dictionary as it is, count of batches and all, after two batches.
    net = Normalized()
    for _ in range(2):
        net(numbers(8, 2, 8, 8))
    save("batch_norms.weights", net.state_dict())
    x = numbers(5, 2, 8, 8)
    tensors |= {"network.input": x, "network.inferred": net.eval()(x)}
    save("batch_norms", tensors)


def loss(tensors, case, outputs, target, function):
    outputs = outputs.clone().requires_grad_()
    value = function(outputs, target)
    value.backward()
    tensors |= {f"{case}.output": outputs, f"{case}.target": target, f"{case}.value": value.reshape(1)}
    tensors |= {f"{case}.d_output": outputs.grad}


def losses():
    tensors = {}
    weight = torch.tensor([0.5, 2.0, 1.0, 0.25])
    labels, logits = torch.tensor([3, 0, 1, 1, 2]), 3 * numbers(5, 4)
    probabilities = F.softmax(numbers(5, 4), 1)
    cross_entropies = {
        "cross_entropy": {},
        "cross_entropy_smoothed": {"label_smoothing": 0.1},
        "cross_entropy_weighted": {"weight": weight},
        "cross_entropy_both": {"weight": weight, "label_smoothing": 0.1},
    }
    for case, options in cross_entropies.items():
        function = lambda y, t, options=options: F.cross_entropy(y, t, **options)
        loss(tensors, case, logits, labels, function)
        loss(tensors, f"{case}_probabilities", logits, probabilities, function)
    loss(tensors, "negative_log_likelihood", F.log_softmax(logits, 1), labels, F.nll_loss)
    loss(tensors, "binary_cross_entropy", 3 * numbers(5, 4), torch.rand(5, 4), F.binary_cross_entropy_with_logits)
    positive = lambda y, t: F.binary_cross_entropy_with_logits(y, t, pos_weight=torch.tensor(2.5))
    loss(tensors, "binary_cross_entropy_positive", 3 * numbers(5, 4), torch.rand(5, 4), positive)
    loss(tensors, "mean_squared", numbers(5, 4), numbers(5, 4), F.mse_loss)
    loss(tensors, "squared", numbers(5, 4), numbers(5, 4), lambda y, t: F.mse_loss(y, t, reduction="sum") / 2 / len(y))
    loss(tensors, "absolute", numbers(5, 4), numbers(5, 4), F.l1_loss)
    loss(tensors, "huber", numbers(5, 4), numbers(5, 4), lambda y, t: F.huber_loss(y, t, delta=0.7))
    # PyTorch has this loss under another name and for distances; the sum is the formula itself.
    hinge = lambda y, t: (1.5 - t * y).clamp(min=0).mean()
    loss(tensors, "hinge", numbers(5, 4), numbers(5, 4).sign(), hinge)
    save("losses", tensors)


def optimizers():
    """A parameter after each of five steps of gradients that are given, whatever the parameter."""
    tensors = {"start": numbers(6), "gradients": numbers(5, 6)}
    cases = {
        "sgd": lambda p: torch.optim.SGD(p, 0.1),
        "sgd_decay": lambda p: torch.optim.SGD(p, 0.1, weight_decay=0.2),
        "momentum": lambda p: torch.optim.SGD(p, 0.1, momentum=0.9, weight_decay=0.05),
        "nesterov": lambda p: torch.optim.SGD(p, 0.1, momentum=0.9, nesterov=True, weight_decay=0.05),
        "adam": lambda p: torch.optim.Adam(p, 0.1, betas=(0.8, 0.95), eps=1e-6),
        "adam_decay": lambda p: torch.optim.Adam(p, 0.1, weight_decay=0.2),
        "adam_w": lambda p: torch.optim.AdamW(p, 0.1, weight_decay=0.2),
        "rms_prop": lambda p: torch.optim.RMSprop(p, 0.1, alpha=0.9),
        "rms_prop_momentum": lambda p: torch.optim.RMSprop(p, 0.1, momentum=0.9, weight_decay=0.2),
        "adagrad": lambda p: torch.optim.Adagrad(p, 0.1),
        "adagrad_decay": lambda p: torch.optim.Adagrad(p, 0.1, weight_decay=0.2),
    }
    for case, make in cases.items():
        parameter = nn.Parameter(tensors["start"].clone())
        optimizer = make([parameter])
        path = []
        for gradient in tensors["gradients"]:
            parameter.grad = gradient.clone()
            optimizer.step()
            path.append(parameter.detach().clone())
        tensors[case] = torch.stack(path)
    save("optimizers", tensors)


def signal_pools():
    tensors = {}
    cases = {
        "max": lambda x: F.max_pool1d(x, 2),
        "max_overlapping": lambda x: F.max_pool1d(x, 3, stride=2),
        "max_padding": lambda x: F.max_pool1d(x, 3, stride=2, padding=1),
        "avg": lambda x: F.avg_pool1d(x, 2),
        "avg_overlapping": lambda x: F.avg_pool1d(x, 3, stride=2),
        "avg_padding": lambda x: F.avg_pool1d(x, 4, stride=3, padding=2),
        "adaptive_max": lambda x: F.adaptive_max_pool1d(x, 4),
        "adaptive_max_more_bins": lambda x: F.adaptive_max_pool1d(x, 13),
        "adaptive_avg": lambda x: F.adaptive_avg_pool1d(x, 4),
        "adaptive_avg_more_bins": lambda x: F.adaptive_avg_pool1d(x, 13),
        "global_max": lambda x: x.amax(2),
        "global_avg": lambda x: x.mean(2),
    }
    for case, pool in cases.items():
        layer(tensors, case, Function(pool), numbers(3, 2, 11))
    layer(tensors, "max_ties", Function(lambda x: F.max_pool1d(x, 3, stride=2, padding=1)), numbers(3, 2, 11).round())
    layer(tensors, "many_samples", Function(lambda x: F.avg_pool1d(F.max_pool1d(x, 2), 2)), numbers(19, 2, 11))
    save("signal_pools", tensors)


def signal_convolutions():
    tensors = {}
    cases = {
        "plain": nn.Conv1d(4, 3, 3),
        "no_bias": nn.Conv1d(4, 3, 3, bias=False),
        "stride": nn.Conv1d(4, 3, 3, stride=2),
        "padding": nn.Conv1d(4, 3, 5, padding=2),
        "same_even": nn.Conv1d(4, 3, 4, padding="same"),
        "same_dilated": nn.Conv1d(4, 3, 3, padding="same", dilation=3),
        "dilation": nn.Conv1d(4, 3, 3, dilation=2),
        "groups": nn.Conv1d(4, 6, 3, groups=2),
        "depthwise": nn.Conv1d(4, 4, 3, groups=4),
        "everything": nn.Conv1d(4, 6, 3, stride=2, padding=3, dilation=2, groups=2),
        "transposed": nn.ConvTranspose1d(4, 3, 3),
        "transposed_no_bias": nn.ConvTranspose1d(4, 3, 3, bias=False),
        "transposed_doubling": nn.ConvTranspose1d(4, 3, 2, stride=2),
        "transposed_output_padding": nn.ConvTranspose1d(4, 3, 3, stride=3, padding=1, output_padding=2),
        "transposed_groups": nn.ConvTranspose1d(4, 6, 3, stride=2, groups=2),
    }
    for case, convolution in cases.items():
        layer(tensors, case, Named(convolution), numbers(3, 4, 11))
    layer(tensors, "many_samples", Named(nn.Conv1d(4, 3, 3, stride=2)), numbers(19, 4, 11))
    save("signal_convolutions", tensors)


def blur(x, kernel, stride, sigma=None, padding=0):
    """A mean weighted by the distance from the centre, as a convolution of each channel by itself."""
    axes = []
    for size in kernel:
        distance = torch.arange(size) - (size - 1) / 2
        axis = torch.exp(-(distance**2) / (2 * (sigma or size / 4) ** 2))
        axes.append(axis / axis.sum())
    weight = axes[0] if len(axes) == 1 else axes[0][:, None] * axes[1]
    weight = weight.expand(x.shape[1], 1, *kernel)
    convolution = F.conv1d if len(kernel) == 1 else F.conv2d
    return convolution(x, weight, stride=stride, padding=padding, groups=x.shape[1])


def norms_and_blurs():
    tensors = {}
    images = {
        "lp": lambda x: F.lp_pool2d(x, 2, 2),
        "lp_rectangle": lambda x: F.lp_pool2d(x, 2, (3, 2), stride=1),
        "lp_padding": lambda x: F.lp_pool2d(F.pad(x, (1, 1, 1, 1)), 2, 3, stride=2),
        "weighted": lambda x: blur(x, (3, 3), 3),
        "weighted_rectangle": lambda x: blur(x, (3, 5), 1),
        "weighted_padding": lambda x: blur(x, (4, 4), 2, 0.8, 2),
    }
    for case, pool in images.items():
        layer(tensors, case, Function(pool), numbers(2, 2, 6, 7))
    signals = {
        "lp_signal": lambda x: F.lp_pool1d(x, 2, 3, stride=2),
        "weighted_signal": lambda x: blur(x, (5,), 2),
        "weighted_signal_padding": lambda x: blur(x, (4,), 4, 1.3, 1),
    }
    for case, pool in signals.items():
        layer(tensors, case, Function(pool), numbers(19, 2, 11))
    # Odd and real powers: PyTorch keeps the sign of an odd power, so that only positive numbers compare.
    layer(tensors, "lp_three", Function(lambda x: F.lp_pool2d(x, 3, 2)), numbers(2, 2, 6, 7).abs() + 0.1)
    layer(tensors, "lp_signal_real", Function(lambda x: F.lp_pool1d(x, 1.5, 2)), numbers(3, 2, 11).abs() + 0.1)
    save("norms_and_blurs", tensors)


class Encoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(6, 4)
        self.b = nn.Linear(4, 3)

    def forward(self, x):
        return torch.tanh(self.b(torch.tanh(self.a(x))))


class Parts(nn.Module):
    """A module within a module, whose parameters have names with a dot."""

    def __init__(self):
        super().__init__()
        self.encoder = Encoder()
        self.decoder = nn.ModuleDict({"a": nn.Linear(3, 6)})

    def forward(self, x):
        return torch.sigmoid(self.decoder["a"](self.encoder(x)))


class Residual(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.c1 = nn.Conv2d(channels, channels, 3, padding=1)
        self.c2 = nn.Conv2d(channels, channels, 3, padding=1)

    def forward(self, x):
        return x + torch.tanh(self.c2(torch.tanh(self.c1(x))))


class Residuals(nn.Module):
    """One block at two sizes."""

    def __init__(self):
        super().__init__()
        self.wide = Residual(2)
        self.down = nn.Conv2d(2, 3, 2, stride=2)
        self.narrow = Residual(3)

    def forward(self, x):
        return self.narrow(self.down(self.wide(x)))


def graphs():
    """Values that are read, joined and reshaped, and networks inside networks."""
    tensors = {}
    a, b = torch.tanh, torch.sigmoid
    vectors = {
        "identity": lambda x: x.clone(),
        "add_three": lambda x: a(x) + b(x) + x,
        "add_same": lambda x: a(x) + a(x),
        "multiply_three": lambda x: a(x) * b(x) * x,
        "multiply_same": lambda x: a(x) * a(x),
        "concat_vectors": lambda x: torch.cat([a(x), x, b(x)], 1),
    }
    for case, function in vectors.items():
        layer(tensors, case, Function(function), numbers(3, 5))
    rows = {
        "concat_steps": lambda x: torch.cat([a(x), x], 1),
        "concat_features": lambda x: torch.cat([a(x), x], 2),
    }
    for case, function in rows.items():
        layer(tensors, case, Function(function), numbers(3, 4, 5))
    # More samples than the lanes of one block, and no multiple of them.
    images = {
        "flatten": lambda x: x.flatten(1),
        "reshape_images": lambda x: x.reshape(-1, 4, 3, 2),
        "reshape_to_rows": lambda x: x.reshape(-1, 4, 6),
        "add_images": lambda x: a(x) + x,
        "multiply_images": lambda x: a(x) * b(x),
        "concat_channels": lambda x: torch.cat([a(x), x], 1),
        "concat_heights": lambda x: torch.cat([x, a(x), x], 2),
        "concat_columns": lambda x: torch.cat([a(x), x], 3),
    }
    for case, function in images.items():
        layer(tensors, case, Function(function), numbers(19, 2, 3, 4))
    layer(tensors, "reshape_to_image", Function(lambda x: x.reshape(-1, 2, 3, 4)), numbers(19, 24))
    layer(tensors, "parts", Parts(), numbers(5, 6))
    layer(tensors, "generic", Residuals(), numbers(5, 2, 6, 4))
    save("graphs", tensors)


class TwoOutputs(nn.Module):
    def __init__(self):
        super().__init__()
        self.shared = nn.Linear(4, 6)
        self.of_class = nn.Linear(6, 3)
        self.more = nn.Linear(6, 5)
        self.value = nn.Linear(5, 2)

    def forward(self, x):
        shared = torch.tanh(self.shared(x))
        return self.of_class(shared), self.value(torch.tanh(self.more(shared)))


def several_outputs():
    """A loss on each output, and the gradients of their weighted sum."""
    net, x = TwoOutputs(), numbers(7, 4).requires_grad_()
    labels, values = torch.randint(3, (7,)), numbers(7, 2)
    of_class, value = net(x)
    loss = 0.7 * F.cross_entropy(of_class, labels) + 2.5 * F.mse_loss(value, values)
    loss.backward()
    tensors = {"input": x, "labels": labels, "values": values, "of_class": of_class, "value": value}
    tensors |= {"loss": loss.reshape(1), "d_input": x.grad}
    for key, parameter in net.named_parameters():
        tensors |= {f"parameter.{key}": parameter, f"gradient.{key}": parameter.grad}
    save("several_outputs", tensors)


def without_gradient():
    tensors = {}
    line = torch.cat([torch.tensor([0.0, -0.0, 1e-30, -1e-30]), numbers(10)]).reshape(2, 7)
    tensors |= {"sign.input": line, "sign.output": line.sign()}
    unit, x = nn.Linear(5, 1), numbers(9, 5)
    tensors |= {"perceptron.input": x, "perceptron.output": torch.where(unit(x) > 0, 1.0, -1.0)}
    tensors |= {f"perceptron.parameter.unit.{key}": value for key, value in unit.named_parameters()}
    save("without_gradient", tensors)


def outcome(tensors, case, x, d_output, function):
    """What may become of each number, and then of its gradient."""
    x = x.clone().requires_grad_()
    output = function(x)
    (output * d_output).sum().backward()
    index = sum(key.startswith(f"{case}.output") for key in tensors)
    tensors |= {f"{case}.output{index}": output, f"{case}.d_input{index}": x.grad}


def random_layers():
    """Random layers, whose draws differ: all that each number may become. What they are in evaluation."""
    tensors = {}
    for rank, shape in {"rows": (40, 6), "images": (40, 2, 3, 1)}.items():
        # Away from 0 and 1, which some numbers become.
        x, d_output = 0.1 + 0.8 * torch.rand(*shape), numbers(*shape)
        cases = ["dropout", "masking", "salt_and_pepper", "gaussian"]
        tensors |= {f"{case}_{rank}.{key}": value for case in cases for key, value in {"input": x, "d_output": d_output}.items()}
        tensors |= {f"{case}_{rank}.evaluated": x for case in cases[1:]}
        dropout = nn.Dropout(0.4)
        tensors[f"dropout_{rank}.evaluated"] = dropout.eval()(x)
        # PyTorch draws as well: what it keeps is found by drawing until everything has been kept.
        dropout.train()
        kept, d_kept = torch.zeros(shape), torch.zeros(shape)
        while (kept == 0).any():
            leaf = x.clone().requires_grad_()
            output = dropout(leaf)
            (output * d_output).sum().backward()
            assert ((output == 0) == (leaf.grad == 0)).all()
            kept, d_kept = torch.where(output == 0, kept, output.detach()), torch.where(output == 0, d_kept, leaf.grad)
        tensors |= {f"dropout_{rank}.output0": kept, f"dropout_{rank}.d_input0": d_kept}
        outcome(tensors, f"dropout_{rank}", x, d_output, lambda x: 0 * x)
        for keeps in [1, 0]:
            outcome(tensors, f"masking_{rank}", x, d_output, lambda x: keeps * x)
        outcome(tensors, f"salt_and_pepper_{rank}", x, d_output, lambda x: x.clone())
        for value in [0, 1]:
            outcome(tensors, f"salt_and_pepper_{rank}", x, d_output, lambda x: 0 * x + value)
        outcome(tensors, f"gaussian_{rank}", x, d_output, lambda x: x + 0.3 * torch.randn(shape))
        # Its values are as many as there are draws; its gradient is one.
        del tensors[f"gaussian_{rank}.output0"]
    save("random_layers", tensors)


def all_image_pools(x):
    x = F.adaptive_max_pool2d(F.avg_pool2d(F.max_pool2d(x, 3, 2, 1), 2, 1), (4, 5))
    return F.adaptive_avg_pool2d(blur(F.lp_pool2d(x, 2, (1, 2), 1), (2, 2), 2), (3, 1)).amax((2, 3))


def all_signal_pools(x):
    x = F.lp_pool1d(F.adaptive_max_pool1d(F.avg_pool1d(F.max_pool1d(x, 3, 2, 1), 2, 1), 13), 2, 2)
    return F.adaptive_avg_pool1d(blur(x, (2,), 1), 3).mean(2)


def windows():
    """Transposed convolutions with every option at once, batches of one sample and of many, pools that keep the size."""
    tensors = {}
    everything = nn.ConvTranspose2d(4, 6, (3, 4), (2, 3), (2, 1), (1, 2), groups=2)
    layer(tensors, "everything_transposed", Named(everything), numbers(3, 4, 5, 4))
    everything = nn.ConvTranspose1d(4, 6, 3, 3, 2, 2, groups=2)
    layer(tensors, "everything_transposed_signal", Named(everything), numbers(3, 4, 7))
    layer(tensors, "one_convolution", Named(nn.Conv2d(4, 3, 3, (2, 3), 1)), numbers(1, 4, 7, 8))
    layer(tensors, "one_convolution_of_a_signal", Named(nn.Conv1d(4, 3, 3, 2, 1)), numbers(1, 4, 11))
    layer(tensors, "one_halved", Function(lambda x: F.max_pool2d(x, 2)), numbers(1, 2, 6, 7))
    for case, samples in {"one": 1, "many": 19}.items():
        plural = "s" if samples > 1 else ""
        layer(tensors, f"{case}_transposed", Named(nn.ConvTranspose2d(4, 3, (3, 2), (1, 2))), numbers(samples, 4, 3, 4))
        layer(tensors, f"{case}_transposed_signal{plural}", Named(nn.ConvTranspose1d(4, 3, 3, 2, 1)), numbers(samples, 4, 11))
        layer(tensors, f"{case}_image{plural}", Function(all_image_pools), numbers(samples, 2, 7, 9))
        layer(tensors, f"{case}_signal{plural}", Function(all_signal_pools), numbers(samples, 2, 37))
    # The larger half of the padding lies behind.
    infinite = -float("inf")
    same = {
        "same_max": lambda x: F.max_pool2d(F.pad(x, (1, 1, 0, 1), value=infinite), (2, 3), 1),
        "same_avg": lambda x: F.avg_pool2d(F.pad(x, (1, 2, 1, 1)), (3, 4), 1),
    }
    for case, pool in same.items():
        layer(tensors, case, Function(pool), numbers(3, 2, 6, 7))
    layer(tensors, "same_lp", Function(lambda x: F.lp_pool1d(F.pad(x, (1, 2)), 2, 4, 1)), numbers(3, 2, 11))
    layer(tensors, "same_weighted", Function(lambda x: blur(F.pad(x, (0, 1)), (2,), 1, 3)), numbers(3, 2, 11))
    save("windows", tensors)


class Tagger(nn.Module):
    def __init__(self):
        super().__init__()
        self.words = nn.Embedding(11, 4)
        self.tags = nn.Linear(4, 2)

    def forward(self, x):
        return self.tags(torch.tanh(self.words(x)))


def embeddings():
    tensors = {}
    cases = {"alone": (Named(nn.Embedding(7, 3)), 7, (19, 5)), "short": (Tagger(), 11, (3, 4)), "long": (Tagger(), 11, (70, 9))}
    for case, (net, vocabulary, shape) in cases.items():
        x = torch.randint(vocabulary, shape)
        output = net(x)
        d_output = numbers(*output.shape)
        (output * d_output).sum().backward()
        tensors |= {f"{case}.input": x.double(), f"{case}.output": output, f"{case}.d_output": d_output}
        for key, value in net.named_parameters():
            tensors |= {f"{case}.parameter.{key}": value, f"{case}.gradient.{key}": value.grad}
    save("embeddings", tensors)


class Recurrent(nn.Module):
    """A recurrent layer under the name `layer` over sequences that may be shorter than the batch's longest."""

    def __init__(self, layer, lengths=None):
        super().__init__()
        self.layer = layer
        self.lengths = lengths

    def forward(self, x):
        if self.lengths is None:
            return self.layer(x)[0]
        packed = nn.utils.rnn.pack_padded_sequence(x, self.lengths, batch_first=True, enforce_sorted=False)
        return nn.utils.rnn.pad_packed_sequence(self.layer(packed)[0], batch_first=True, total_length=x.shape[1])[0]


class Translator(nn.Module):
    """An encoder whose last state a decoder starts from."""

    def __init__(self, kind, bidirectional):
        super().__init__()
        self.encoder = kind(3, 5, num_layers=2, bidirectional=bidirectional, batch_first=True)
        self.decoder = kind(2, 5, num_layers=2, bidirectional=bidirectional, batch_first=True)
        self.out = nn.Linear(10 if bidirectional else 5, 4)

    def forward(self, source, target, lengths):
        packed = nn.utils.rnn.pack_padded_sequence(source, lengths, batch_first=True, enforce_sorted=False)
        _, state = self.encoder(packed)
        return self.out(self.decoder(target, state)[0])


def recurrent():
    tensors = {}
    kinds = {
        "tanh": lambda **options: nn.RNN(3, 5, batch_first=True, **options),
        "relu": lambda **options: nn.RNN(3, 5, nonlinearity="relu", batch_first=True, **options),
        "lstm": lambda **options: nn.LSTM(3, 5, batch_first=True, **options),
        "gru": lambda **options: nn.GRU(3, 5, batch_first=True, **options),
    }
    forms = {
        "plain": {},
        "layers": {"num_layers": 2},
        "both_ways": {"bidirectional": True},
        "all": {"num_layers": 2, "bidirectional": True},
    }
    cases = [(f"{kind}_{form}", make(**options)) for kind, make in kinds.items() for form, options in forms.items()]
    cases += [("lstm_wide", nn.LSTM(3, 20, batch_first=True)), ("gru_wide", nn.GRU(3, 20, batch_first=True))]
    lengths = torch.tensor([6, 1, 4, 6, 2, 3, 5])
    for name, rnn in cases:
        for case, given in [(name, None), (f"{name}_ragged", lengths)]:
            # Small weights: over many steps a rectified unit grows without bound.
            layer(tensors, case, Recurrent(copy.deepcopy(rnn), given), numbers(7, 6, 3), 0.5)
    tensors["lengths"] = lengths
    for case, kind, bidirectional in [("lstm_translator", nn.LSTM, False), ("gru_translator", nn.GRU, True)]:
        net = Translator(kind, bidirectional)
        for parameter in net.parameters():
            parameter.requires_grad_(False).copy_(0.5 * numbers(*parameter.shape)).requires_grad_()
        source, target = numbers(7, 6, 3).requires_grad_(), numbers(7, 4, 2).requires_grad_()
        output = net(source, target, lengths)
        d_output = numbers(*output.shape)
        (output * d_output).sum().backward()
        tensors |= {f"{case}.source": source, f"{case}.target": target}
        tensors |= {f"{case}.output": output, f"{case}.d_output": d_output}
        tensors |= {f"{case}.d_source": source.grad, f"{case}.d_target": target.grad}
        for key, value in net.named_parameters():
            tensors |= {f"{case}.parameter.{key}": value, f"{case}.gradient.{key}": value.grad}
    save("recurrent", tensors)


def losses_over_time():
    """Losses of sequences side by side, all of one length or padded: the mean over all real steps, and the sum over the steps of a sample."""
    samples, steps, classes = 5, 6, 4
    weight = torch.tensor([0.5, 2.0, 1.0, 0.25])
    ragged = torch.tensor([6, 1, 4, 2, 5])
    tensors = {"lengths": ragged}
    for form, lengths in {"full": torch.full((samples,), steps), "ragged": ragged}.items():
        real = torch.arange(steps) < lengths[:, None]
        logits, outputs, values = 3 * numbers(samples, steps, classes), numbers(samples, steps, classes), numbers(samples, steps, classes)
        labels = torch.randint(classes, (samples, steps))
        probabilities = F.softmax(numbers(samples, steps, classes), 2)
        # What lies in the padding of targets is 0, as `Batch` and `StepLabels` have it.
        labels, values, probabilities = labels * real, values * real[..., None], probabilities * real[..., None]
        cross_entropies = {
            "cross_entropy": {},
            "cross_entropy_smoothed": {"label_smoothing": 0.1},
            "cross_entropy_weighted": {"weight": weight},
        }
        for case, options in cross_entropies.items():
            # PyTorch has classes in the second axis, and an index of its own for steps that do not count.
            ignored = lambda t: torch.where(real, t, -100)
            mean = lambda y, t: F.cross_entropy(y.transpose(1, 2), ignored(t), **options)
            loss(tensors, f"{form}.{case}", logits, labels, mean)
            loss(tensors, f"{form}.{case}_probabilities", logits, probabilities, lambda y, t: F.cross_entropy(y[real], t[real], **options))
        total = lambda y, t: F.cross_entropy(y.transpose(1, 2), torch.where(real, t, -100), reduction="sum") / samples
        loss(tensors, f"{form}.cross_entropy_sum", logits, labels, total)
        total = lambda y, t: F.cross_entropy(y[real], t[real], reduction="sum") / samples
        loss(tensors, f"{form}.cross_entropy_sum_probabilities", logits, probabilities, total)
        loss(tensors, f"{form}.mean_squared", outputs, values, lambda y, t: F.mse_loss(y[real], t[real]))
        total = lambda y, t: F.mse_loss(y[real], t[real], reduction="sum")
        loss(tensors, f"{form}.mean_squared_sum", outputs, values, lambda y, t: total(y, t) / samples / classes)
        loss(tensors, f"{form}.squared", outputs, values, lambda y, t: total(y, t) / 2 / samples)
    save("losses_over_time", tensors)


def main():
    torch.set_default_dtype(torch.float64)
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    FOLDER.mkdir(exist_ok=True)
    for seed, part in enumerate([networks, convolutions, pools, dense, activations, losses, optimizers, adaptive_pools, transposed_convolutions, rows, maps, signal_pools, signal_convolutions, norms_and_blurs, batch_norms, graphs, several_outputs, without_gradient, random_layers, windows, embeddings, recurrent, losses_over_time]):
        torch.manual_seed(seed)
        part()


if __name__ == "__main__":
    main()
