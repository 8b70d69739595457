"""Sphinx's configuration of the series' site; ``make site`` builds it."""

project = "PQKD"
html_title = "PQKD: light, a frozen matrix and a small network"
extensions = ["myst_nb", "sphinx-mathjax-offline"]
html_theme = "furo"
html_theme_options = {  # so that lines of code of 100 characters fit
    f"{theme}_css_variables": {"code-font-size": "72%"} for theme in ("light", "dark")
}
html_show_copyright = False
html_copy_source = False
html_static_path = ["static"]  # what makes explorers and films move
html_css_files = ["site.css"]
html_js_files = [("site.js", {"defer": "defer"})]
html_show_sourcelink = False
exclude_patterns = ["editions"]
# The outputs are those that are stored: no kernel is started.
nb_execution_mode = "off"
nb_code_prompt_show = "Show the {type}"  # on what the tags hide-input and hide-output fold
nb_code_prompt_hide = "Hide the {type}"
nb_render_markdown_format = "myst"  # tables and formulas in outputs too
myst_enable_extensions = ["dollarmath", "amsmath"]
myst_heading_anchors = 4
