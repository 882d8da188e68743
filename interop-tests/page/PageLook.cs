using System.Collections.Concurrent;

namespace Page;

/// <summary>Observations of one page that was loaded in a window of one width. Several tests share them.</summary>
/// <param name="Shift">Sum of the layout shifts of the load: 0 if nothing moved.</param>
/// <param name="Overflow">Pixels by which the page is wider than the window, and the elements that cause it; empty if none.</param>
/// <param name="Violations">Violations of accessibility rules, in both themes.</param>
/// <param name="Foreign">Requests to other addresses than the page's own.</param>
/// <param name="Errors">Errors that the page reported.</param>
/// <param name="Heading">Text of the heading.</param>
internal sealed record PageLook(
    double Shift,
    string Overflow,
    IReadOnlyList<string> Violations,
    IReadOnlyList<string> Foreign,
    IReadOnlyList<string> Errors,
    string Heading)
{
    private static readonly ConcurrentDictionary<(string, int), Lazy<Task<PageLook>>> _all = new();

    /// <summary>Looks at a page; at the second call, returns the observations of the first.</summary>
    public static Task<PageLook> AtAsync(string place, int width) =>
        _all.GetOrAdd((place, width), _ => new(() => LookAsync(Places.Of(place), width))).Value;

    private static async Task<PageLook> LookAsync(string path, int width)
    {
        var visit = await Visit.OpenAsync(width: width);
        try
        {
            await visit.GoAsync(path);
            await visit.Page.WaitForTimeoutAsync(300); // late data moves the layout, too
            double shift = await visit.Page.EvaluateAsync<double>("""
                () => new Promise(resolve => {
                  let sum = 0;
                  new PerformanceObserver(list => {
                    for (const entry of list.getEntries())
                      if (!entry.hadRecentInput)
                        sum += entry.value;
                  }).observe({ type: 'layout-shift', buffered: true });
                  setTimeout(() => resolve(sum), 50);
                })
                """);
            string overflow = await visit.Page.EvaluateAsync<string>("""
                () => {
                  const width = document.documentElement.clientWidth;
                  const over = document.documentElement.scrollWidth - width;
                  if (over <= 0)
                    return '';
                  const isWide = one => one.getBoundingClientRect().right > width + 1;
                  const isFixed = one => getComputedStyle(one).position === 'fixed';
                  const wide = [...document.querySelectorAll('body *')]
                    .filter(one => isWide(one) && ![...one.children].some(isWide))
                    .filter(one => !isFixed(one) && !isFixed(one.parentElement));
                  const text = one => `${one.parentElement.className} ${one.outerHTML.slice(0, 160)}`;
                  return `${over} px: ${wide.slice(0, 4).map(text).join(', ')}`;
                }
                """);
            string heading = await visit.Page.Locator("main h1").First.InnerTextAsync();
            var violations = await Axe.ViolationsAsync(visit.Page);
            string[] foreign = [.. visit.Requests.Select(request => request.Url)
                .Where(url => !url.StartsWith(PageUnderTest.Site.Address + "/", StringComparison.Ordinal))];
            return new PageLook(shift, overflow, violations, foreign, visit.Errors, heading);
        }
        finally
        {
            await visit.Context.CloseAsync();
        }
    }
}
