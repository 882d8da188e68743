using System.Net;
using Amqp.Tests.Support;

namespace Amqp.Tests.Security;

/// <summary>Login sessions of the HTTP API end when their user is deleted.</summary>
public class LoginSessionEndTests
{
    [Test]
    public async Task A_session_ends_with_its_user_though_one_of_the_same_name_and_password_comes_again()
    {
        await using var broker = await BrokerInProcess.StartAsync();
        using var http = new HttpClient(new HttpClientHandler { CookieContainer = new CookieContainer() })
        {
            BaseAddress = new Uri($"http://127.0.0.1:{broker.ManagementPort}/api/")
        };
        using var form = new FormUrlEncodedContent([KeyValuePair.Create("username", "guest"), KeyValuePair.Create("password", "guest")]);
        Assert.That((await http.PostAsync("login", form)).StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Assert.That((await http.GetAsync("whoami")).StatusCode, Is.EqualTo(HttpStatusCode.OK));
        var user = broker.Broker.Users.Find("guest")!;

        broker.Broker.Users.Delete("guest");
        broker.Broker.Users.Put(user);

        Assert.That((await http.GetAsync("whoami")).StatusCode, Is.EqualTo(HttpStatusCode.Unauthorized));
    }
}
