"""Packages of Anaconda's channels that conda-forge has under another name, or has no use for."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Counterpart:
    """Say what conda-forge has for a package of Anaconda's channels; `name` None: nothing is needed for it."""

    name: str | None
    why: str


_RENAMED: dict[str, tuple[str, str]] = {
    "abseil-cpp": ("libabseil", "the C++ library's package since 2022"),
    "arrow-cpp": ("libarrow", "the C++ library's package since 2023"),
    "grpc-cpp": ("libgrpc", "the C++ library's package since 2022"),
    "keras-base": ("keras", "conda-forge does not split it by backend"),
    "keras-gpu": ("keras", "conda-forge does not split it by backend"),
    "mkl-dnn": ("onednn", "its name since version 1"),
    "ninja-base": ("ninja", "conda-forge's ninja is the program alone"),
    "numpy-base": ("numpy", "conda-forge does not split NumPy from its BLAS"),
    "ruamel_yaml": ("ruamel.yaml", "its own name; Anaconda's is conda's private copy of it"),
    "tensorflow-eigen": ("tensorflow", "conda-forge tells variants apart by build"),
    "tensorflow-mkl": ("tensorflow", "conda-forge tells variants apart by build"),
}
_NOT_NEEDED: dict[str, str] = {
    "_anaconda_depends": "it only lists what Anaconda's distribution holds",
    "_ipyw_jlab_nb_ext_conf": "it configures Anaconda's distribution",
    "anaconda": "it only lists what Anaconda's distribution holds, whose packages are captured one by one",
    "anaconda-navigator": "it is the graphical program of Anaconda's distribution",
    "ipyw_jlab_nb_ext_conf": "it configures Anaconda's distribution",
    "navigator-updater": "it is the graphical program of Anaconda's distribution",
    "pytorch-cuda": "it chooses builds of the channel pytorch; conda-forge's cuda-version does that",
    "pytorch-mutex": "it chooses builds of the channel pytorch",
}


def counterpart(name: str) -> Counterpart | None:
    """Return what conda-forge has for a name that the channels in use do not have, None when that is not known."""
    if name in _NOT_NEEDED:
        return Counterpart(name=None, why=_NOT_NEEDED[name])
    renamed = _RENAMED.get(name)
    return Counterpart(name=renamed[0], why=renamed[1]) if renamed else None
