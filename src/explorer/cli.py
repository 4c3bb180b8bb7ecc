"""The same engine from a terminal."""

from __future__ import annotations

import argparse
import io
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from explorer import cli_database, cli_mapping, cli_multiverse
from explorer.analysis.analyse import Analysis, analyse
from explorer.analysis.keys import as_rows
from explorer.analysis.resampling import resample
from explorer.bundled import BUNDLED
from explorer.cohort.tables import Cohort
from explorer.cohort.writer import write_folder
from explorer.errors import CohortError, DefinitionError, ExplorerError, Problem
from explorer.export.protected import THRESHOLDS
from explorer.export.text import cohort_text, text
from explorer.study.presets import PRESETS, default_for, offered, title
from explorer.study.study import Study

BUNDLED_HELP = "cohort in any form that `check` reads (default: the bundled synthetic reconstruction)"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return 0, 2 after an error that the user can mend, or 130 after Ctrl-C."""
    options = _parser().parse_args(arguments)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a terminal that cannot show a letter shows a question mark
    try:
        options.run(options)
        sys.stdout.flush()
    except ExplorerError as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\nInterrupted.", file=sys.stderr)
        return cli_multiverse.INTERRUPTED
    except BrokenPipeError:
        # Whoever read the output, as `head`, has seen enough. What is still to be flushed goes nowhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="explorer",
        description="Analyse a small clinical cohort under definitions that you choose: who is eligible, "
        "which visit counts, what counts as response, and what becomes of missing outcomes.",
        epilog="Start with: explorer analyse",
    )
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    _add_check(commands)
    _add_convert(commands)
    _add_analyse(commands)
    _add_multiverse(commands)
    _add_reconstruct(commands)
    _add_report(commands)
    return parser


Commands = argparse._SubParsersAction  # the type has no public name


def _command(commands: Commands[argparse.ArgumentParser], name: str, about: str) -> argparse.ArgumentParser:
    return commands.add_parser(name, help=about, description=about)


def _add_check(commands: Commands[argparse.ArgumentParser]) -> None:
    command = _command(commands, "check", "Read a cohort and say what it holds, or everything that is wrong with it.")
    command.add_argument(
        "path",
        type=Path,
        metavar="PATH",
        help="folder with patients.csv, assessments.csv, cohort.toml; or data files: one, or a folder or ZIP of them",
    )
    cli_mapping.add_mapping(command)
    command.set_defaults(run=_check)


def _add_convert(commands: Commands[argparse.ArgumentParser]) -> None:
    command = _command(commands, "convert", "Write a cohort as the five-table folder.")
    command.add_argument(
        "path",
        type=cli_database.place,
        metavar="PATH",
        help="cohort in any format that `check` reads; or a database (OMOP): a folder of its tables, a DuckDB file, an address",
    )
    command.add_argument("out", type=Path, metavar="OUT", nargs="?", help="folder to write")
    command.add_argument("--to", choices=("csv", "parquet"), default="csv", help="kind of files (default: csv)")
    cli_mapping.add_mapping(command)
    command.add_argument(
        "--save-mapping", type=Path, metavar="M.json", help="write what is guessed of the file, to correct and replay"
    )
    cli_database.add_extract(command)
    command.set_defaults(run=_convert)


def _add_analyse(commands: Commands[argparse.ArgumentParser]) -> None:
    command = _command(commands, "analyse", "Print one analysis: who is left, how scores changed, who responded.")
    command.add_argument("--cohort", type=Path, default=BUNDLED, metavar="PATH", help=BUNDLED_HELP)
    cli_mapping.add_mapping(command)
    command.add_argument(
        "--study",
        metavar="FILE-or-preset",
        help=f"a study saved as JSON, or one of: {', '.join(PRESETS)}; treat-to-target and erasmus where the cohort has "
        "what they need (default: as-published where the cohort allows)",
    )
    command.add_argument("--format", choices=("text", "json"), default="text", help="text to read, or JSON for scripts")
    command.add_argument(
        "--resampling", action="store_true", help="add bootstrap (BCa) intervals and sign-flip tests of score change"
    )
    command.add_argument("--seed", type=_seed, default=0, metavar="S", help="seed of the resampling (default: 0)")
    _add_small_counts(command)
    command.set_defaults(run=_analyse)


def _add_multiverse(commands: Commands[argparse.ArgumentParser]) -> None:
    command = _command(
        commands, "multiverse", "Run every defensible definition, and say how far the response rate depends on them."
    )
    command.add_argument("--cohort", type=Path, default=BUNDLED, metavar="PATH", help=BUNDLED_HELP)
    cli_mapping.add_mapping(command)
    cli_multiverse.add_options(command)
    command.set_defaults(run=_multiverse)


def _add_reconstruct(commands: Commands[argparse.ArgumentParser]) -> None:
    command = _command(
        commands, "reconstruct", "Make synthetic cohorts that give every published figure; none of it is patient data."
    )
    command.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder to write")
    command.add_argument("--draws", type=int, default=100, metavar="N", help="how many cohorts (default: 100)")
    command.add_argument("--seed", type=int, default=1, metavar="S", help="seed of the random numbers (default: 1)")
    command.set_defaults(run=_reconstruct)


def _add_report(commands: Commands[argparse.ArgumentParser]) -> None:
    command = _command(
        commands,
        "report",
        "Write a report: methods, ledger, tables, figures and what they answer of STROBE and RECORD.",
    )
    command.add_argument("--cohort", type=Path, default=BUNDLED, metavar="PATH", help=BUNDLED_HELP)
    cli_mapping.add_mapping(command)
    command.add_argument("--study", metavar="FILE-or-preset", help="as for `analyse`")
    command.add_argument(
        "--cards",
        metavar="NAMES",
        help="cards in order, with commas between, as question,methods,ledger (default: all)",
    )
    command.add_argument(
        "--out",
        type=Path,
        required=True,
        metavar="FILE",
        help="file to write, as .html or .docx; as .zip, all results with tables, figures and a script",
    )
    _add_small_counts(command)
    command.set_defaults(run=_report)


def _add_small_counts(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--small-counts",
        type=int,
        choices=THRESHOLDS,
        metavar="N",
        help="hide counts under N (5, 10 or 20), give all others as ranges of N, and nothing of single patients",
    )


def _seed(text: str) -> int:
    if not text.isascii() or not text.isdecimal():
        raise argparse.ArgumentTypeError(f"'{text}' is not a seed; give a whole number from 0 on")
    return int(text)


def _check(options: argparse.Namespace) -> None:
    cohort, told = cli_mapping.read_any(options.path, options.mapping)
    _warn(cohort)
    print("\n".join((cohort_text(cohort), *told)))


def _convert(options: argparse.Namespace) -> None:
    if cli_database.is_asked(options):
        _convert_database(options)
        return
    if options.save_mapping is not None:
        print("\n".join(cli_mapping.save_guess(options.path, options.save_mapping)))
    if options.out is not None:
        cohort, told = cli_mapping.read_any(options.path, options.mapping)
        _warn(cohort)
        write_folder(cohort, options.out, options.to)
        print("\n".join((*told, f"Wrote {cohort.n_patients} patients to {options.out}.")))
    elif options.save_mapping is None:
        raise CohortError(
            [Problem("convert", "there is nothing to write", "Name a folder OUT, or --save-mapping M.json.")]
        )


def _convert_database(options: argparse.Namespace) -> None:
    if options.save_extract is not None:
        print("\n".join(cli_database.save_extract(options)))
        return
    if options.out is None:
        raise CohortError(
            [Problem("convert", "there is nothing to write", "Name a folder OUT, or --save-extract X.toml.")]
        )
    cohort, told = cli_database.read_extract(options)
    _warn(cohort)
    write_folder(cohort, options.out, options.to)
    print("\n".join((*told, f"Wrote {cohort.n_patients} patients to {options.out}.")))


def _analyse(options: argparse.Namespace) -> None:
    cohort = _cohort(options)
    analysis = analyse(cohort, _study(options.study, cohort))
    if options.small_counts is not None:
        _analyse_protected(options, analysis)
        return
    resampled = resample(analysis, options.seed) if options.resampling else ()
    if options.format == "json":
        result = analysis.to_dict() | ({"resampling": as_rows(resampled)} if options.resampling else {})
        print(json.dumps(result, indent=2, ensure_ascii=False, allow_nan=False))
    else:
        print(text(analysis, resampled))


def _analyse_protected(options: argparse.Namespace, analysis: Analysis) -> None:
    # Imported here, as for reports.
    from explorer import cli_report

    if options.resampling:
        raise DefinitionError("--resampling: its intervals and p values are exact, and not given with --small-counts.")
    cli_report.print_protected(options, analysis)


def _multiverse(options: argparse.Namespace) -> None:
    cohort = _cohort(options)
    study = None if options.study is None else _study(options.study, cohort)
    cli_multiverse.multiverse(options, cohort, study)


def _reconstruct(options: argparse.Namespace) -> None:
    # Imported here: nothing else needs the sampler, and it costs a tenth of a second to load.
    from explorer.reconstruction.reconstruct import reconstruct

    reconstruct(options.out, options.draws, options.seed, report=print)


def _report(options: argparse.Namespace) -> None:
    # Imported here: nothing else draws, and what does costs half a second to load.
    from explorer import cli_report

    cohort = _cohort(options)
    cli_report.write_report(options, analyse(cohort, _study(options.study, cohort)))


def _study(named: str | None, cohort: Cohort) -> Study:
    if named is None:
        return default_for(cohort)
    presets = {offer.preset.name: offer.preset.study for offer in offered(cohort)}
    if named in presets:
        return presets[named]
    try:
        study = Study.from_json(Path(named).read_text("utf-8-sig"))
    except (OSError, UnicodeDecodeError) as error:
        raise DefinitionError(
            f"--study: '{named}' is neither a preset nor a file in UTF-8 that can be read. Presets: {', '.join(presets)}."
        ) from error
    return study.replace(name=title(study, cohort))


def _cohort(options: argparse.Namespace) -> Cohort:
    cohort, told = cli_mapping.read_cohort(options)
    for line in told:
        print(f"Note: {line}", file=sys.stderr)
    _warn(cohort)
    return cohort


def _warn(cohort: Cohort) -> None:
    for warning in cohort.warnings:
        print(f"Note: {warning}", file=sys.stderr)
