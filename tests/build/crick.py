"""The situation of crick 0.0.3: setup.py imports what nothing declares; names and lines as there, code cut down."""

SETUP = """\
import sys
import os

import numpy.distutils.misc_util as np_misc
from setuptools import setup
from setuptools.extension import Extension
from Cython.Build import cythonize
from Cython import Tempita as tempita

import versioneer

setup(name='crick',
      version=versioneer.get_version(),
      description='High performance approximate and streaming algorithms',
      url='https://example.org/crick',
      license='BSD',
      packages=['crick', 'crick.tests'],
      ext_modules=cythonize([Extension('crick.stats', ['crick/stats.pyx'])]))
"""
FILES = {
    "setup.py": SETUP,
    "versioneer.py": "def get_version():\n    return '0.0.3'\n",
    "PKG-INFO": "Metadata-Version: 1.0\nName: crick\nVersion: 0.0.3\nSummary: streaming algorithms\nLicense: BSD\n",
    "LICENSE": "free\n",
    "crick/__init__.py": "",
    "crick/stats.pyx": "cimport numpy as np\nfrom libc.math cimport sqrt\n",
    "crick/stats.c": "int x;\n",
    "crick/tests/__init__.py": "",
}
