namespace Page;

/// <summary>Login, logout, and the end of a session.</summary>
public sealed class SessionTests
{
    private const string DeepLink = "/queues/%2F/orders.us/bindings";

    [Test]
    public async Task Wrong_password_is_refused_with_a_reason()
    {
        await using var visit = await Visit.OpenAsync(user: null);
        await visit.Page.GotoAsync("/");
        await Login.FillAsync(visit.Page, "ops", "wrong");

        string text = await visit.Page.GetByRole(AriaRole.Alert).InnerTextAsync();

        Assert.That(text, Does.Contain("password is wrong"));
    }

    [Test]
    public async Task Deep_link_asks_for_the_login_and_then_opens()
    {
        await using var visit = await Visit.OpenAsync(user: null);
        await visit.Page.GotoAsync(DeepLink);
        await Login.FillAsync(visit.Page, "ops", Objects.Password);
        await visit.SettleAsync();

        Assert.Multiple(async () =>
        {
            Assert.That(await visit.Page.Locator("main h1").InnerTextAsync(), Is.EqualTo("orders.us"));
            Assert.That(new Uri(visit.Page.Url).AbsolutePath, Is.EqualTo(DeepLink));
        });
    }

    [Test]
    public async Task Deep_link_opens_after_the_login()
    {
        await using var visit = await Visit.OpenAsync();

        await visit.GoAsync(DeepLink);

        Assert.That(await visit.Page.Locator("main h1").InnerTextAsync(), Is.EqualTo("orders.us"));
    }

    [Test]
    public async Task Logout_ends_the_session_at_the_broker()
    {
        await using var visit = await Visit.OpenAsync();
        await visit.GoAsync("/queues");
        string cookie = (await visit.Context.CookiesAsync())[0].Value;
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "User ops" }).ClickAsync();
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Log out" }).ClickAsync();
        await Login.ShownAsync(visit.Page);

        var old = (await visit.Context.CookiesAsync()).Select(one => one.Value);
        var session = await visit.Page.EvaluateAsync<string>("async () => (await (await fetch('/api/session')).json()).user ?? 'none'");

        Assert.Multiple(() =>
        {
            Assert.That(session, Is.EqualTo("none"));
            Assert.That(old, Does.Not.Contain(cookie));
        });
    }

    [TestCase("password")]
    [TestCase("tags")]
    [TestCase("deletion")]
    public async Task Session_ends_with_a_change_of_the_user_and_the_page_says_so(string change)
    {
        await using var stage = new Stage(PageUnderTest.Site);
        await stage.UserAsync(tags: "management");
        await using var visit = await Visit.OpenAsync(stage.Name);
        await visit.GoAsync("/");
        await (change switch
        {
            "password" => stage.Api.DoAsync("PUT", ApiClient.Path("users", stage.Name), new { password = "other", tags = "management" }),
            "tags" => stage.UserAsync(tags: "policymaker"),
            _ => stage.Api.DoAsync("DELETE", ApiClient.Path("users", stage.Name)),
        });

        await Login.ShownAsync(visit.Page);

        Assert.That(await visit.Page.Locator("main.login [role=status]").InnerTextAsync(), Does.Contain("session has ended"));
    }

    [Test]
    public async Task Browser_is_never_asked_for_a_password_of_its_own()
    {
        await using var visit = await Visit.OpenAsync(user: null);
        await visit.Page.GotoAsync("/");
        await Login.ShownAsync(visit.Page);

        string[] headers = await visit.Page.EvaluateAsync<string[]>("""
            async () => {
              const headers = { 'X-Requested-With': 'amqpbroker', 'Content-Type': 'application/json' };
              const wrong = { method: 'POST', headers, body: JSON.stringify({ username: 'ops', password: 'wrong' }) };
              const replies = [await fetch('/api/queues', { headers }), await fetch('/api/session', wrong), await fetch('/api/session')];
              return replies.map(reply => `${reply.status} ${reply.headers.get('WWW-Authenticate')}`);
            }
            """);

        Assert.That(headers, Is.EqualTo((string[])["401 null", "401 null", "200 null"]));
    }

    [Test]
    public async Task Cookie_cannot_be_read_by_scripts_or_sent_by_other_sites()
    {
        await using var visit = await Visit.OpenAsync();
        await visit.GoAsync("/");

        var cookie = (await visit.Context.CookiesAsync()).Single();

        Assert.Multiple(async () =>
        {
            Assert.That(cookie.HttpOnly);
            Assert.That(cookie.SameSite, Is.EqualTo(SameSiteAttribute.Strict));
            Assert.That(cookie.Name, Does.Contain($"{PageUnderTest.Site.Broker.ManagementPort}"), "ports share the cookies of a host");
            Assert.That(await visit.Page.EvaluateAsync<string>("() => document.cookie"), Is.Empty);
        });
    }

    [Test]
    public async Task Browser_stores_view_settings_only()
    {
        await using var visit = await Visit.OpenAsync(user: null);
        await visit.Page.GotoAsync("/queues?sort=-messages_ready");
        await Login.FillAsync(visit.Page, "ops", Objects.Password);
        await visit.SettleAsync();
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Ready" }).First.ClickAsync();

        string stored = await visit.Page.EvaluateAsync<string>(
            "() => JSON.stringify([Object.entries(localStorage), { ...sessionStorage }])");

        Assert.Multiple(() =>
        {
            Assert.That(stored, Does.StartWith("[[[\"amqpbroker.view\",").And.EndsWith("]],{}]"));
            Assert.That(stored, Does.Not.Contain(Objects.Password).And.Not.Contain("ops"));
        });
    }
}
