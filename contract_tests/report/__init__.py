"""The journal of a run and its views: JSON, JUnit, Markdown, HTML and the terminal cannot disagree."""
