"""How the pages are built: `make docs`. Needs no network; a warning is an error there."""

from __future__ import annotations

import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE / "_extensions"), str(HERE.parent)]

from kitops_jupyter.version import VERSION  # noqa: E402

project = "kitops-jupyter"
author = "The kitops-jupyter contributors"
copyright = author
version = release = VERSION

extensions = [
    "myst_nb",
    "sphinx.ext.autodoc",
    "sphinx_copybutton",
    "sphinx_design",
    "kit_verbs",
    "kit_errors",
    "kit_kitfile",
    "kit_api",
    "kit_tutorials",
]
exclude_patterns = ["_build", "_extensions"]
nitpicky = True
# Every name of ours must lead somewhere; other names are in pages that a build without network cannot ask.
nitpick_ignore_regex = [("py:.*", r"(?!kitops_jupyter\.).*"), ("py:class", r"kitops_jupyter\.kitfile\.values\.\w+")]

myst_enable_extensions = ["attrs_inline", "colon_fence", "deflist"]
myst_heading_anchors = 3
# The notebooks are committed without outputs; here they run, so a page shows what the code of this commit does.
nb_execution_mode = "force"
nb_execution_in_temp = True
nb_execution_timeout = 300
nb_execution_raise_on_error = True
nb_merge_streams = True

default_role = "literal"
smartquotes = False  # it makes one dash of the two before a flag
python_maximum_signature_line_length = 88
python_use_unqualified_type_names = True
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_preserve_defaults = True

html_theme = "pydata_sphinx_theme"
html_title = "kitops-jupyter"
html_show_sourcelink = False
html_theme_options = {
    "logo": {"text": "kitops-jupyter"},
    "show_toc_level": 2,
    "navigation_with_keys": False,
    "show_prev_next": True,
    "footer_start": ["copyright"],
    "footer_end": [],
    "secondary_sidebar_items": ["page-toc"],
}
html_sidebars = {"index": [], "start": []}
copybutton_prompt_text = r"\$ "
copybutton_prompt_is_regexp = True
