"""Label maps from the boxes of a page, and overviews to look at."""
import json

import cv2
import numpy as np

#: The classes, in the order of the maps' channels.
CLASSES = ("text", "heading", "button", "image", "face", "field")
COLORS = ((90, 90, 255), (255, 60, 60), (30, 180, 60), (255, 170, 0), (255, 0, 255), (0, 190, 210))
WHOLE = (0.0, 0.0, 1.0, 1.0)
#: What a cell of a map holds where nobody knows the answer.
UNKNOWN = -1.0


def read(path):
    """Returns the JSON file of one page; raises ValueError if it is none."""
    with open(path, encoding="utf-8") as f:
        page = json.load(f)
    missing = {"name", "width", "height", "boxes"} - page.keys()
    if missing:
        raise ValueError(f"{path} is no page: {', '.join(sorted(missing))} missing")
    unknown = {b["class"] for b in page["boxes"]} - set(CLASSES)
    if unknown:
        raise ValueError(f"{path} has boxes of unknown classes {sorted(unknown)}: made by another version?")
    return page


def maps(page, height, width, window=WHOLE):
    """Returns the share of each cell that a class covers: float32 (6, height, width) in 0..1.

    `window` (x0, y0, x1, y1 in 0..1) is the part of the page that is stretched to height x width. Boxes overlap: the words of
    a button are text too, a face lies in a image.
    """
    out = np.zeros((len(CLASSES), height, width), np.float32)
    for box in page["boxes"]:
        cover(out[CLASSES.index(box["class"])], *cells(page, box, height, width, window))
    return out


def cells(page, box, height, width, window):
    """Returns the corners x0, y0, x1, y1 of a box in cells of a map of a window."""
    x, y, w, h = box["box"]
    left, top, right, bottom = window
    kx, ky = width / (page["width"] * (right - left)), height / (page["height"] * (bottom - top))
    x, y = x - left * page["width"], y - top * page["height"]
    return x * kx, y * ky, (x + w) * kx, (y + h) * ky


def cover(plane, x0, y0, x1, y1):
    """Raises the cells of a plane to the share of them that lies in a rectangle."""
    rows, columns = share(y0, y1, plane.shape[0]), share(x0, x1, plane.shape[1])
    inside = np.ix_(np.flatnonzero(rows), np.flatnonzero(columns))
    plane[inside] = np.maximum(plane[inside], np.outer(rows[rows > 0], columns[columns > 0]))


def share(low, high, n):
    """Returns the share of each of n unit cells that lies between low and high."""
    i = np.arange(n, dtype=np.float32)
    return np.clip(np.minimum(i + 1, high) - np.maximum(i, low), 0, 1)


def drawn(image, page):
    """Returns a copy of the image (uint8 RGB) with the boxes drawn in."""
    out = np.ascontiguousarray(image)
    for box in page["boxes"]:
        x, y, w, h = (round(v) for v in box["box"])
        cv2.rectangle(out, (x, y), (x + w, y + h), COLORS[CLASSES.index(box["class"])], 2)
    return out


def sheets(directory, names, boxes=True, grid=(4, 3), cell=(480, 360)):
    """Writes overviews of pages, DIRECTORY/sheet-000.png and so on; `grid` is columns and rows, `cell` the pixels of each."""
    each = grid[0] * grid[1]
    for start in range(0, len(names), each):
        sheet = np.full((grid[1] * cell[1], grid[0] * cell[0], 3), 128, np.uint8)
        for i, name in enumerate(names[start : start + each]):
            page = read(f"{directory}/{name}.json")
            image = cv2.imread(f"{directory}/{name}.png")[..., ::-1]
            image = drawn(image, page) if boxes else image
            k = min((cell[0] - 6) / image.shape[1], (cell[1] - 6) / image.shape[0])
            image = cv2.resize(image, None, fx=k, fy=k, interpolation=cv2.INTER_AREA)
            y, x = i // grid[0] * cell[1] + 3, i % grid[0] * cell[0] + 3
            sheet[y : y + image.shape[0], x : x + image.shape[1]] = image
        cv2.imwrite(f"{directory}/sheet-{start // each:03}.png", sheet[..., ::-1])
