#!/usr/bin/env python3
"""Tests the verdicts of bench/against on its measurements. To be run as a program, as the project's tests do."""

import contextlib
import io
import json
import pathlib
import re
import tempfile
import unittest

from against import FIGURES, Run, Spread, aligned, is_worse, judge, main, spread, undisturbed


def runs(*costs, other=0.0):
    return [Run({"brokerProcess": {"cpuSecondsPerMillion": cost}, "publishRate": {"mean": 1000.0}, "confirmRate": None}, other) for cost in costs]


class Spreads(unittest.TestCase):
    def test_quartiles_of_nine_rounds_are_the_third_the_fifth_and_the_seventh(self):
        self.assertEqual(spread([9, 1, 8, 2, 7, 3, 6, 4, 5]), Spread(3, 5, 7))

    def test_a_single_round_has_no_width(self):
        self.assertEqual(spread([4.2]), Spread(4.2, 4.2, 4.2))

    def test_worse_is_by_more_than_the_tolerance_and_further_than_the_spreads(self):
        before = Spread(0.9, 1.0, 1.02)
        for after, expected in [
            (Spread(1.03, 1.06, 1.1), True),
            (Spread(1.03, 1.05, 1.1), False),  # just the tolerance
            (Spread(1.01, 1.5, 2.0), False),  # the spreads overlap
            (Spread(1.02, 1.5, 2.0), False),  # the spreads touch
            (Spread(0.5, 0.6, 0.7), False),  # better
        ]:
            with self.subTest(after=after):
                self.assertEqual(is_worse(before, after, 5), expected)

    def test_a_larger_tolerance_forgives_more(self):
        self.assertFalse(is_worse(Spread(1, 1, 1), Spread(1.2, 1.2, 1.2), 25))


class OtherWork(unittest.TestCase):
    def test_disturbed_runs_are_left_out_where_enough_are_left(self):
        before, after = runs(1, 1, 1), runs(1, 1, 1)
        self.assertEqual(undisturbed(before + runs(9, other=0.31), after), [before, after])

    def test_all_are_kept_where_too_few_would_be_left(self):
        before, after = runs(1, 1) + runs(9, other=0.31), runs(1, 1, 1)
        self.assertEqual(undisturbed(before, after), (before, after))

    def test_one_round_in_which_others_worked_is_kept(self):
        before, after = runs(1, other=1.5), runs(2)
        self.assertEqual(undisturbed(before, after), (before, after))


class Verdicts(unittest.TestCase):
    def verdict(self, before, after):
        return judge("small", "16 B", before, after, 5)[1]

    def test_the_same_cost_is_no_complaint(self):
        self.assertIsNone(self.verdict(runs(1, 1.1, 1.2), runs(1.2, 1.1, 1)))

    def test_a_higher_cost_is_one_and_says_how_much(self):
        self.assertEqual(self.verdict(runs(1, 1, 1), runs(1.1, 1.1, 1.1)), "10.0 % more CPU, and the quartiles lie apart")

    def test_two_rounds_are_too_few_to_judge_by(self):
        self.assertIsNone(self.verdict(runs(1, 1), runs(2, 2)))

    def test_disturbed_runs_do_not_count(self):
        self.assertIsNone(self.verdict(runs(1, 1, 1), runs(1, 1, 1) + runs(9, 9, 9, 9, other=1)))

    def test_a_case_that_failed_on_one_side_is_a_complaint(self):
        self.assertEqual(self.verdict(runs(1), []), "could not be measured on both")

    def test_figures_that_a_case_does_not_have_are_left_out(self):
        lines, _ = judge("small", "16 B", runs(1, 1, 1), runs(1, 1, 1), 5)
        self.assertEqual([line.split("   ")[0].strip() for line in lines], ["small: 16 B", "", "CPU per million", "published"])

    def test_the_lines_say_median_quartiles_and_change(self):
        lines, _ = judge("small", "16 B", runs(1, 2, 3), runs(2, 2, 2), 5)
        self.assertEqual(re.split(" {3,}", lines[2]), ["  CPU per million", "2.00 s (1.50 s to 2.50 s)", "2.00 s (2.00 s to 2.00 s)", "+0.0 %"])

    def test_what_other_work_did_is_said(self):
        lines, _ = judge("small", "16 B", runs(1, 1, 1), runs(1, 1) + runs(1, other=0.5), 5)
        self.assertIn("1 of 6 runs had more than 0.3 cores of other work beside them: too many to leave out", lines[-1])


class Ends(unittest.TestCase):
    """Exit code and last line of the program, from files as bench/against writes them."""

    def end(self, before, after, only="small"):
        with tempfile.TemporaryDirectory() as folder:
            results, cases = pathlib.Path(folder), pathlib.Path(folder, "cases")
            cases.write_text("# a comment\nsmall|rate|16 B|throughput\nlarge|rate|1 KiB|throughput\n")
            (results / "sides").write_text("before=one (a = b)\nafter=the other\n")
            for side, costs in (("before", before), ("after", after)):
                for number, run in enumerate(runs(*costs), 1):
                    (results / f"{number}.{side}.small.json").write_text(json.dumps(run.result))
                    (results / f"{number}.{side}.small.machine.json").write_text(json.dumps({"otherCores": 0.1, "stolenCores": 0.1}))
            output = io.StringIO()
            with contextlib.redirect_stdout(output):
                code = main(folder, str(cases), only, "5")
            return code, output.getvalue().splitlines()

    def test_with_0_where_nothing_costs_more(self):
        code, lines = self.end([1, 1, 1], [1, 1, 1])
        self.assertEqual((code, lines[0], lines[1]), (0, "before: one (a = b)", "after:  the other"))
        self.assertEqual(lines[-1], "No case costs over 5 % more CPU with quartiles that lie apart.")

    def test_with_1_where_a_case_costs_more(self):
        code, lines = self.end([1, 1, 1], [2, 2, 2])
        self.assertEqual((code, lines[-1]), (1, "small: 100.0 % more CPU, and the quartiles lie apart"))

    def test_with_1_where_a_case_was_not_measured(self):
        code, lines = self.end([1, 1, 1], [1, 1, 1], only="small,large")
        self.assertEqual((code, lines[-1]), (1, "large: could not be measured on both"))

    def test_with_0_and_a_word_where_rounds_are_too_few(self):
        code, lines = self.end([1], [2])
        self.assertEqual((code, lines[-1]), (0, "Nothing is judged by fewer than 3 rounds."))


class Tables(unittest.TestCase):
    def test_columns_are_as_wide_as_their_widest(self):
        self.assertEqual(aligned([["a", "bb", ""], ["ccc", "d", "e"]]), ["a     bb", "ccc   d    e"])

    def test_cost_comes_first(self):
        self.assertEqual(FIGURES[0].name, "CPU per million")


if __name__ == "__main__":
    unittest.main()
