"""Result in, figure out: charts only draw. Every figure has a title, a sentence and a table twin."""
