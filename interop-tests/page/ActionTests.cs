using Page.Scenarios;

namespace Page;

/// <summary>Everything that can be done on the page, done by an administrator.</summary>
public sealed class ActionTests
{
    private static IEnumerable<string> All => AllScenarios.Names;

    [TestCaseSource(nameof(All))]
    public async Task Action_does_what_it_says(string scenario)
    {
        var run = await ScenarioRun.OfAsync(AllScenarios.Of(scenario));

        Assert.Multiple(() =>
        {
            Assert.That(run.HadEffect, "the API shows the effect");
            Assert.That(run.Requests.Count > 0 || run.Scenario.Download.Length > 0, "a request was sent");
            Assert.That(run.Errors, Is.Empty);
        });
    }

    [TestCaseSource(nameof(All))]
    public async Task Dangerous_action_starts_on_Cancel_and_waits_for_the_name(string scenario)
    {
        var run = await ScenarioRun.KnownAsync(AllScenarios.Of(scenario));

        Assert.Multiple(() =>
        {
            if (run.IsDangerous)
                Assert.That(run.Focused, Is.EqualTo("Cancel"));
            Assert.That(run.WasGuarded);
        });
    }

    [TestCaseSource(nameof(All))]
    public async Task Dialog_violates_no_rule_of_accessibility_in_light_and_dark(string scenario) =>
        Assert.That((await ScenarioRun.KnownAsync(AllScenarios.Of(scenario))).Violations, Is.Empty);

    [Test]
    public async Task Every_action_of_the_page_has_a_scenario()
    {
        await using var visit = await Visit.OpenAsync();
        await visit.GoAsync("/");

        var ids = (await visit.ActionsAsync()).Keys;

        Assert.That(ids.Except(AllScenarios.All.Select(one => one.Action)), Is.Empty, "actions without a scenario");
        Assert.That(AllScenarios.All.Select(one => one.Action).Distinct().Except(ids), Is.Empty, "scenarios of actions that do not exist");
    }
}
