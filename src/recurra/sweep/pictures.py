"""Pictures of a sweep: how it went, which options mattered, which values were good, and what the best costs."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import optuna
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from optuna.trial import TrialState

from recurra.drawing import BLUE, INK, PALE, QUIET, RED, plain, save, title
from recurra.sweep.leaderboard import Row
from recurra.sweep.space import SEED, VARIANT, Interval, Value
from recurra.sweep.study import Study
from recurra.terminal import console

Picture = Callable[[Study, list[Row]], Figure | None]


def draw(study: Study, found: list[Row], folder: Path) -> list[str]:
    """Writes what can be drawn; returns the names of the files."""
    pictures: dict[str, Picture] = {
        "history.png": history,
        "importance.png": importance,
        "parallel.png": parallel,
        "pareto.png": pareto,
        "variants.png": variants,
    }
    if len({row.labels.get("task") for row in found}) > 1:  # scores of several tasks do not compare
        return []
    names = []
    for name, picture in pictures.items():
        try:
            figure = picture(study, found)
            if figure is not None:
                save(figure, folder / name)
                names.append(name)
        except Exception as error:  # a picture that fails is no reason to lose others, or a table
            console.print(f"warning: {name} could not be drawn ({error})")
    return names


def history(study: Study, found: list[Row]) -> Figure | None:
    """Score of each trial, and the best so far."""
    if len(found[0].scores) > 1:
        return None
    figure = Figure(figsize=(7.2, 4.2), layout="constrained")
    axes = figure.subplots()
    sign, score = found[0].sign(), found[0].scores[0] or "score"
    done = [trial for trial in study.trials if trial.state is TrialState.COMPLETE]
    given_up = {t.number: t.value for t in study.trials if t.state is TrialState.PRUNED and t.value is not None}
    best, curve = -math.inf, []
    for trial in done:
        best = max(best, sign * trial.values[0])
        curve.append(sign * best)
    axes.step([trial.number for trial in done], curve, where="post", color=BLUE, label="best so far")
    axes.plot([t.number for t in done], [t.values[0] for t in done], "o", color=BLUE, markersize=4, label="trial")
    if given_up:
        axes.plot(list(given_up), list(given_up.values()), "x", color=QUIET, label="given up")
    title(axes, "History", f"{score} by trial; {'higher' if sign > 0 else 'lower'} is better")
    axes.set_xlabel("trial", color=INK)
    axes.set_ylabel(score, color=INK)
    axes.legend(frameon=False, labelcolor=INK, fontsize=9)
    plain(axes)
    return figure


def importance(study: Study, found: list[Row]) -> Figure | None:
    """Share of each option in the variance of the score among the better half (Watanabe et al. 2023)."""
    axes_ = [axis for axis in study.plan.axes if axis.name != SEED]
    done = [trial for row in found for trial in row.done]
    if len(found[0].scores) > 1 or len(axes_) < 2 or len(done) < 8:
        return None
    memory = optuna.create_study(direction="maximize" if found[0].sign() > 0 else "minimize")
    distributions = {axis.name: axis.distribution() for axis in axes_}
    for trial in done:
        labels = {name: trial.user_attrs["labels"][name] for name in distributions}
        memory.add_trial(optuna.create_trial(params=labels, distributions=distributions, value=trial.values[0]))
    shares = optuna.importance.get_param_importances(
        memory, evaluator=optuna.importance.PedAnovaImportanceEvaluator(target_quantile=0.5)
    )
    names = list(shares)[::-1]
    figure = Figure(figsize=(7.2, 1.4 + 0.4 * len(names)), layout="constrained")
    axes = figure.subplots()
    axes.barh(names, [shares[name] for name in names], color=BLUE, height=0.6)
    title(axes, "What mattered", "share of an option in telling the better half of the trials (PED-ANOVA)")
    plain(axes)
    return figure


def parallel(study: Study, found: list[Row]) -> Figure | None:
    """A line for each point, through its values; the better, the darker."""
    names = [axis.name for axis in study.plan.axes if axis.name not in (SEED, VARIANT)]
    rows = [row for row in found if row.done]
    if len(names) < 2 or len(rows) < 2:
        return None
    logs = {axis.name for axis in study.plan.axes if isinstance(axis, Interval) and axis.log}
    figure = Figure(figsize=(max(7.2, 1.7 * (len(names) + 1)), 4.6), layout="constrained")
    axes = figure.subplots()
    colors = LinearSegmentedColormap.from_list("score", [PALE, BLUE])
    columns = [_column([row.labels[name] for row in rows], name in logs) for name in names]
    columns.append(_column([row.mean() for row in rows], False))
    sign = rows[0].sign()
    quality = columns[-1][0] if sign > 0 else [1.0 - height for height in columns[-1][0]]
    for index in sorted(range(len(rows)), key=lambda index: quality[index]):
        heights = [column[0][index] for column in columns]
        color = RED if rows[index] is rows[0] else colors(quality[index])
        axes.plot(range(len(columns)), heights, color=color, linewidth=2 if color is RED else 1.2)
    for x, (_, marks) in enumerate(columns):
        axes.axvline(x, color=QUIET, linewidth=0.8)
        for height, text in marks:
            axes.annotate(text, (x, height), (3, 0), textcoords="offset points", color=INK, fontsize=8, va="center")
    score = rows[0].scores[0] or "score"
    axes.set_xticks(range(len(columns)), [*names, score], color=INK, fontsize=9)
    axes.set_yticks([])
    title(axes, "Values and scores", "a line for each point; dark is good, red is best")
    axes.spines[:].set_visible(False)
    return figure


def _column(values: list[Value], log: bool) -> tuple[list[float], list[tuple[float, str]]]:
    """Heights from 0 to 1, and what to write at which of them."""
    numbers = [value for value in values if isinstance(value, int | float)]
    if len(numbers) < len(values):
        names = sorted({str(value) for value in values})
        places = {name: index / max(1, len(names) - 1) for index, name in enumerate(names)}
        return [places[str(value)] for value in values], [(height, name) for name, height in places.items()]
    scaled = [math.log(number) for number in numbers] if log and min(numbers) > 0 else [float(n) for n in numbers]
    low, high = min(scaled), max(scaled)
    heights = [(number - low) / (high - low) if high > low else 0.5 for number in scaled]
    distinct = sorted(set(zip(heights, numbers, strict=True)))
    marks = distinct if len(distinct) <= 6 else [distinct[0], distinct[-1]]
    return heights, [(height, f"{number:.4g}") for height, number in marks]


def pareto(study: Study, found: list[Row]) -> Figure | None:
    """Two scores against each other, and the points that none beats in both."""
    if len(found[0].scores) != 2:
        return None
    rows = [row for row in found if row.done]
    front = sorted((row for row in rows if row.on_front), key=lambda row: row.mean(1))
    figure = Figure(figsize=(7.2, 4.6), layout="constrained")
    axes = figure.subplots()
    axes.plot([row.mean(1) for row in rows], [row.mean(0) for row in rows], "o", color=PALE, label="point")
    axes.plot([r.mean(1) for r in front], [r.mean(0) for r in front], "o-", color=BLUE, label="Pareto front")
    title(axes, "What the better costs", "no point beats one of the front in both scores")
    axes.set_xlabel(rows[0].scores[1], color=INK)
    axes.set_ylabel(rows[0].scores[0], color=INK)
    axes.legend(frameon=False, labelcolor=INK, fontsize=9)
    plain(axes)
    return figure


def variants(study: Study, found: list[Row]) -> Figure | None:
    """Mean and deviation of each variant, with the time that it takes to train."""
    rows = [row for row in found if row.done][::-1]
    if len(study.study.directions) > 1 or any(set(row.labels) != {VARIANT} for row in rows):
        return None
    figure = Figure(figsize=(8.6, 1.6 + 0.42 * len(rows)), layout="constrained")
    axes, costs = figure.subplots(1, 2, sharey=True, width_ratios=[3, 1])
    names = [str(row.labels[VARIANT]) for row in rows]
    means, spread = [row.mean() for row in rows], [row.deviation() or 0.0 for row in rows]
    axes.errorbar(means, names, xerr=spread, fmt="o", color=BLUE, ecolor=QUIET, capsize=3)
    for index, row in enumerate(rows):
        axes.plot([t.values[0] for t in row.done], [names[index]] * len(row.done), "|", color=RED, markersize=9)
    sign, score = rows[0].sign(), rows[0].scores[0] or "score"
    detail = f"{score}, mean ± deviation; each run a red line; {'higher' if sign > 0 else 'lower'} is better"
    title(axes, "Which network", detail)
    title(costs, "Cost", "seconds a trial")
    costs.barh(names, [row.seconds for row in rows], color=PALE, height=0.6)
    for each in (axes, costs):
        plain(each)
    return figure
