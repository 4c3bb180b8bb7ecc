"""Lessons that ask before they show, what a teacher needs for them, and what helps to read such evidence."""

from explorer.ui import learning, lesson, lesson_list, show, start

with show.mistakes():
    # Before a cold start goes by way of app.py, which forgets the address.
    learning.held()
    start.by_way_of_app()
    opened = learning.opened()
    if opened is None:
        show.page("Learn", "Answer first, then see what the data show.")
        lesson_list.parts()
    else:
        lesson.lesson_section(opened)
    learning.share()
