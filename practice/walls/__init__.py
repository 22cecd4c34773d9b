"""The second wall: on PostgreSQL the database itself shows a request the rows of one practice and no others.

`visible_to` is the first wall and stands in every query; this one stands where a query forgot it. A request begins
nowhere and sees no row of any practice; whoever finds out whose it is (the member, the token, the link) enters that
practice. What is looked for before that, and what the installation does for all its practices, says so by
`everywhere()`. Outside of requests (worker, commands, tests) it is everywhere from the start.
"""

from practice.walls.standing import begin_web, enter, everywhere, everywhere_view, standing, within

__all__ = ["begin_web", "enter", "everywhere", "everywhere_view", "standing", "within"]
