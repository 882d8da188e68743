namespace Page;

/// <summary>Every page, with objects to show, in a wide window and on a phone.</summary>
[TestFixtureSource(nameof(Widths))]
public sealed class PlaceTests(int width)
{
    private const int Wide = 1400, Phone = 360;
    private const double ShiftLimit = 0.05;

    public static IEnumerable<int> Widths => [Wide, Phone];

    private static IEnumerable<string> All => Places.All;

    [Test]
    public async Task Every_page_of_the_navigation_is_looked_at()
    {
        await using var visit = await Visit.OpenAsync(width: width);
        await visit.GoAsync("/");

        string[] addresses = await visit.Page.EvaluateAsync<string[]>(
            "() => [...document.querySelectorAll('nav a')].map(link => link.getAttribute('href'))");

        Assert.That(addresses, Is.Not.Empty);
        Assert.That(addresses.Except(Places.All), Is.Empty);
    }

    [TestCaseSource(nameof(All))]
    public async Task Page_exists_and_reports_no_error(string place)
    {
        var look = await PageLook.AtAsync(place, width);

        Assert.Multiple(() =>
        {
            Assert.That(look.Heading, Is.Not.EqualTo("There is no such page"));
            Assert.That(look.Errors, Is.Empty);
        });
    }

    [TestCaseSource(nameof(All))]
    public async Task Page_violates_no_rule_of_accessibility_in_light_and_dark(string place) =>
        Assert.That((await PageLook.AtAsync(place, width)).Violations, Is.Empty);

    [TestCaseSource(nameof(All))]
    public async Task Page_is_not_wider_than_the_window(string place) =>
        Assert.That((await PageLook.AtAsync(place, width)).Overflow, Is.Empty);

    [TestCaseSource(nameof(All))]
    public async Task Page_does_not_move_while_it_loads(string place) =>
        Assert.That((await PageLook.AtAsync(place, width)).Shift, Is.LessThan(ShiftLimit));

    [TestCaseSource(nameof(All))]
    public async Task Page_requests_nothing_from_elsewhere(string place) =>
        Assert.That((await PageLook.AtAsync(place, width)).Foreign, Is.Empty);
}
