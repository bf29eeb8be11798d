"""Small feeds as text: a random one, and a way to serve a dictionary of files."""

import random
from collections.abc import Callable, Iterable

HEADER = "trip_id,arrival_time,departure_time,stop_id,stop_sequence,pickup_type,drop_off_type"
SMALL = {
    "stops.txt": "stop_id,stop_name\na,甲\nb,乙\nc,丙\n",
    "trips.txt": "route_id,service_id,trip_id\nr,w,t\n",
    "calendar.txt": "service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date\n"
    "w,1,1,1,1,1,0,0,20220725,20220807\n",
    "stop_times.txt": "trip_id,arrival_time,departure_time,stop_id,stop_sequence\n"
    "t,08:00:00,08:00:00,a,1\nt,09:00:00,09:10:00,b,2\nt,25:00:00,25:00:00,c,5\n",
}


def served(files: dict[str, str]) -> Callable[[str], Iterable[str] | None]:
    return lambda name: files[name].splitlines(keepends=True) if name in files else None


def clock(seconds: int) -> str:
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"


def random_feed(rng: random.Random) -> dict[str, str]:
    """Overnight and overtaking trips, equal times, legs without duration, loops, odd pickup types, seconds."""
    stops = [f"s{i}" for i in range(rng.randint(2, 7))]
    dates = [f"202207{day}" for day in range(20, 31)]
    trips, times = ["route_id,service_id,trip_id"], [HEADER]
    services = [f"v{i}" for i in range(4)]
    for number in range(rng.randint(1, 12)):
        trips.append(f"r,{rng.choice(services)},t{number}")
        now = rng.randrange(0, 86400, 1800)
        for seq in sorted(rng.sample(range(30), rng.randint(2, 6))):
            arr = now
            now += rng.choice((0, 0, 600, 90))
            kinds = [rng.choice(("", "0", "0", "0", "1", "3")) for _ in range(2)]
            times.append(f"t{number},{clock(arr)},{clock(now)},{rng.choice(stops)},{seq},{kinds[0]},{kinds[1]}")
            now += rng.choice((0, 0, 1800, 3601, 40000))
    body = times[1:]
    rng.shuffle(body)
    return {
        "stops.txt": "stop_id,stop_name\n" + "".join(f"{s},{s}\n" for s in stops),
        "trips.txt": "\n".join(trips) + "\n",
        "calendar_dates.txt": "service_id,date,exception_type\n"
        + "".join(f"{s},{d},1\n" for s in services for d in dates if rng.random() < 0.5),
        "stop_times.txt": "\n".join([times[0], *body]) + "\n",
    }
