"""The days of a plan as one SVG: a panel per day, a line per route."""

from __future__ import annotations

from html import escape

from youlu.engines.routing.errors import RoutingInputError
from youlu.engines.routing.model import Problem, Result, Route

PANEL, MARGIN, CAPTION, COLUMNS = 260, 16, 34, 3
INKS = ("#1f6f8b", "#b3541e", "#4a7c3a", "#7a4d8f", "#8a6d1d", "#3b4f9c", "#a03050", "#4d5a63")
DASHES = ("", "7 3", "2 3", "9 3 2 3")  # a second sign beside colour


def plan_draw(problem: Problem, result: Result) -> str:
    """SVG text; needs `Problem.points`."""
    if len(problem.points) != problem.n_places:
        raise RoutingInputError("the problem has no coordinates for its places: nothing to draw")
    columns = min(COLUMNS, problem.n_days)
    rows = -(-problem.n_days // columns)
    width, height = columns * PANEL, rows * (PANEL + CAPTION)
    place = _scaler(problem)
    panels = []
    for day in range(problem.n_days):
        x, y = day % columns * PANEL, day // columns * (PANEL + CAPTION)
        panels.append(f'<g transform="translate({x} {y})">{_panel(problem, result, day, place)}</g>')
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        f'font-family="sans-serif" font-size="11" role="img"><title>{escape(problem.name or "邮路")}</title>'
        f'<rect width="100%" height="100%" fill="#fff"/>{"".join(panels)}</svg>\n'
    )


def _scaler(problem: Problem):
    xs, ys = zip(*problem.points, strict=True)
    span = max(max(xs) - min(xs), max(ys) - min(ys)) or 1.0
    room = PANEL - 2 * MARGIN

    def place(k: int) -> tuple[float, float]:
        x, y = problem.points[k]
        return (
            round(MARGIN + (x - min(xs)) / span * room, 1),
            round(CAPTION + MARGIN + (max(ys) - y) / span * room, 1),  # north is up
        )

    return place


def _panel(problem: Problem, result: Result, day: int, place) -> str:
    routes = [route for route in result.routes if route.day == day]
    km = sum(route.distance for route in routes)
    parts = [
        f'<rect x="0.5" y="0.5" width="{PANEL - 1}" height="{PANEL + CAPTION - 1}" fill="none" stroke="#d5dade"/>'
        f'<text x="{MARGIN}" y="20" font-size="13">第{day + 1}天 · {len(routes)} 班 · {km:.0f} 公里</text>'
    ]
    parts += [_line(problem, route, k, place) for k, route in enumerate(routes)]
    served = {visit.customer for route in routes for visit in route.visits}
    for customer in problem.customers:
        x, y = place(customer.place)
        fill = "#20303a" if customer.name in served else "#c9d1d6"
        parts.append(
            f'<circle cx="{x}" cy="{y}" r="2.4" fill="{fill}"><title>{escape(customer.name)}</title></circle>'
        )
    for home in sorted({vehicle.home for vehicle in problem.vehicles}):
        x, y = place(home)
        parts.append(f'<rect x="{x - 4}" y="{y - 4}" width="8" height="8" fill="#20303a"/>')
    return "".join(parts)


def _line(problem: Problem, route: Route, number: int, place) -> str:
    homes = {vehicle.name: vehicle.home for vehicle in problem.vehicles}
    at = {customer.name: customer.place for customer in problem.customers}
    stops = [homes[route.vehicle], *(at[v.customer] for v in route.visits), homes[route.vehicle]]
    points = " ".join(f"{x},{y}" for x, y in map(place, stops))
    nights = f" · {route.nights} 夜" if route.nights else ""
    title = f"{route.vehicle} {route.vehicle_no + 1} · {route.distance:.0f} 公里 · 载 {route.load:g}{nights}"
    dash = DASHES[number // len(INKS) % len(DASHES)]
    return (
        f'<polyline points="{points}" fill="none" stroke="{INKS[number % len(INKS)]}" stroke-width="1.6" '
        f'stroke-dasharray="{dash}"><title>{escape(title)}</title></polyline>'
    )
