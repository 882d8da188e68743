using Page.Scenarios;

namespace Page;

/// <summary>What users with other tags and permissions may do, on the page and at the API.</summary>
public sealed class RightsTests
{
    private static readonly string[] _everyone = ["Overview", "Queues", "Exchanges", "Connections", "Policies", "Virtual hosts"];

    /// <summary>Pages that are shown while there is something on them.</summary>
    private static readonly string[] _sometimes = ["Shovels", "Federation"];

    private static IEnumerable<string> All => AllScenarios.Names;

    private static IEnumerable<string> PageUsers => Objects.PageUsers;

    /// <summary>The requests that the page sent for an administrator, sent by the others for objects of the same kind.</summary>
    [TestCaseSource(nameof(All))]
    public async Task Api_refuses_requests_of_the_page_without_the_right(string name)
    {
        var scenario = AllScenarios.Of(name);
        var run = await ScenarioRun.KnownAsync(scenario);
        await using var own = await ScenarioRun.OwnSiteAsync(scenario);
        await using var stage = new Stage(own ?? PageUnderTest.Site);
        await scenario.Before(stage);
        bool hadEffectBefore = await scenario.After(stage);
        SentRequest[] requests = scenario.Download.Length > 0
            ? [new("GET", stage.Fill(scenario.Download), null)]
            : [.. run.Requests.Select(one => one with
            {
                Path = stage.Translate(one.Path, run.Stage),
                Body = one.Body is null ? null : stage.Translate(one.Body, run.Stage),
            })];
        try
        {
            Assert.Multiple(async () =>
            {
                int[] refusals = scenario.Right == Right.Owner ? [401, 404] : [401]; // what a user does not see does not exist
                foreach (var (user, _) in Objects.Users.Where(user => !scenario.Right.IsAllowed(user.Name)))
                    Assert.That(await StatusesAsync(stage, user, requests), Has.All.Matches<int>(refusals.Contains), user);
                Assert.That(await scenario.After(stage), Is.EqualTo(hadEffectBefore), "a refused request had no effect");
                foreach (var (user, _) in Objects.Users.Where(user => scenario.Right.IsAllowed(user.Name)).Reverse())
                    Assert.That(await StatusesAsync(stage, user, requests), Has.None.EqualTo(401).And.None.EqualTo(403), user);
            });
        }
        finally
        {
            await scenario.Undo(stage);
        }
    }

    [TestCaseSource(nameof(PageUsers))]
    public async Task Button_is_absent_without_the_tag_and_disabled_with_the_reason_without_the_permission(string user)
    {
        await using var visit = await Visit.OpenAsync(user);
        await visit.GoAsync("/");
        var wrong = new List<string>();
        foreach (var place in AllScenarios.All.Where(one => one.Sample is not null).GroupBy(one => one.Sample!))
        {
            await visit.FollowAsync(Places.Of(place.Key));
            var select = visit.Page.Locator(".grid-row .select-cell input");
            if (await select.CountAsync() > 0)
                await select.First.ClickAsync();
            var shown = await Buttons.AllAsync(visit.Page);
            foreach (var scenario in place)
            {
                var expected = scenario.Shown?.Invoke(user) ?? scenario.Right.ButtonFor(user);
                var found = !shown.TryGetValue(scenario.Action, out string? reason) ? Button.Absent
                    : reason is null ? Button.There : Button.Disabled;
                if (found != expected)
                    wrong.Add($"{scenario.Name} at {place.Key}: {found} ({reason}), but expected {expected}");
                else if (found == Button.Disabled && string.IsNullOrWhiteSpace(reason))
                    wrong.Add($"{scenario.Name} at {place.Key}: disabled without a reason");
            }
        }

        Assert.That(wrong, Is.Empty);
    }

    [TestCase("ops", "Log,Events,Trace,Definitions,Users,Permissions")]
    [TestCase("watcher", "Log,Events")]
    [TestCase("planner", "")]
    [TestCase("developer", "")]
    [TestCase("reader", "")]
    [TestCase("nobody", "")]
    public async Task Navigation_shows_the_pages_of_the_tags(string user, string more)
    {
        await using var visit = await Visit.OpenAsync(user);
        await visit.GoAsync("/");

        string[] shown = [.. (await visit.Page.Locator("nav#nav a").AllInnerTextsAsync()).Select(text => text.Split('\n')[0].Trim())];

        Assert.That(
            shown.Except(_sometimes), Is.EquivalentTo(_everyone.Concat(more.Split(',', StringSplitOptions.RemoveEmptyEntries))));
    }

    [Test]
    public async Task User_without_a_tag_cannot_log_in_and_sees_why()
    {
        await using var visit = await Visit.OpenAsync(user: null);
        await visit.Page.GotoAsync("/");
        await Login.FillAsync(visit.Page, "tagless", Objects.Password);

        string text = await visit.Page.GetByRole(AriaRole.Alert).InnerTextAsync();

        Assert.That(text, Does.Contain("management tag"));
    }

    private static async Task<IReadOnlyList<int>> StatusesAsync(Stage stage, string user, IEnumerable<SentRequest> requests)
    {
        using var api = new ApiClient(stage.Site.Address, user, Objects.Password);
        var statuses = new List<int>();
        foreach (var one in requests)
            statuses.Add(await api.RightAsync(one.Method, one.Path, one.Body));
        return statuses;
    }
}
