"""The chart library of the page, made by vl-convert when the package is built: nothing else needs it then.

`python -m build` and `pip install` of the sources run this file by itself: it imports nothing of the package.
"""

from __future__ import annotations

from pathlib import Path

FILE = "charts.js"
_EXPORTS = "window.vegaEmbed = vegaEmbed;"
_NOTICE = """/* Vega, Vega-Lite, Vega-Embed: Copyright (c) 2015, University of Washington Interactive Data Lab. D3:
Copyright Mike Bostock. All rights reserved. Redistribution and use in source and binary forms, with or
without modification, are permitted provided that the following conditions are met: 1. Redistributions of
source code must retain the above copyright notice, this list of conditions and the following disclaimer. 2.
Redistributions in binary form must reproduce the above copyright notice, this list of conditions and the
following disclaimer in the documentation and/or other materials provided with the distribution. 3. Neither
the name of the copyright holder nor the names of its contributors may be used to endorse or promote products
derived from this software without specific prior written permission. THIS SOFTWARE IS PROVIDED BY THE
COPYRIGHT HOLDERS AND CONTRIBUTORS "AS IS" AND ANY EXPRESS OR IMPLIED WARRANTIES, INCLUDING, BUT NOT LIMITED
TO, THE IMPLIED WARRANTIES OF MERCHANTABILITY AND FITNESS FOR A PARTICULAR PURPOSE ARE DISCLAIMED. IN NO EVENT
SHALL THE COPYRIGHT HOLDER OR CONTRIBUTORS BE LIABLE FOR ANY DIRECT, INDIRECT, INCIDENTAL, SPECIAL, EXEMPLARY,
OR CONSEQUENTIAL DAMAGES (INCLUDING, BUT NOT LIMITED TO, PROCUREMENT OF SUBSTITUTE GOODS OR SERVICES; LOSS OF
USE, DATA, OR PROFITS; OR BUSINESS INTERRUPTION) HOWEVER CAUSED AND ON ANY THEORY OF LIABILITY, WHETHER IN
CONTRACT, STRICT LIABILITY, OR TORT (INCLUDING NEGLIGENCE OR OTHERWISE) ARISING IN ANY WAY OUT OF THE USE OF
THIS SOFTWARE, EVEN IF ADVISED OF THE POSSIBILITY OF SUCH DAMAGE. */
"""
"""What whoever passes the library on, in a wheel or in a page, has to say."""


def made() -> str:
    """Vega, Vega-Lite and Vega-Embed as one script that can stand in a page.

    Raises
    ------
    ModuleNotFoundError
        Where vl-convert is not installed.
    """
    # Two seconds and 80 MB of engine.
    import vl_convert  # type: ignore[import-untyped,unused-ignore]  # noqa: PLC0415

    bundle: str = _NOTICE + vl_convert.javascript_bundle(_EXPORTS)
    return bundle.replace("</script", "<\\/script").replace("<!--", "<\\!--")


def library() -> str:
    """The one that was built in; in a checkout, where none was, it is made."""
    built = Path(__file__).with_name(FILE)
    return built.read_text("utf-8") if built.exists() else made()
