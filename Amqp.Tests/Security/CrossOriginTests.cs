using Amqp.Server.Configuration;
using Amqp.Server.Management.Http;
using Microsoft.AspNetCore.Http;

namespace Amqp.Tests.Security;

/// <summary>
/// The broker checks requests from web pages of other origins. If the settings allow all origins, the broker accepts only requests for
/// which a browser sends a preflight request.
/// </summary>
public sealed class CrossOriginTests
{
    [TestCase("*", "POST", "application/json", true)]
    [TestCase("*", "POST", "application/x-www-form-urlencoded", false)]
    [TestCase("*", "POST", "multipart/form-data; boundary=x", false)]
    [TestCase("*", "POST", "Text/Plain ; charset=utf-8", false)]
    [TestCase("*", "POST", null, false)]
    [TestCase("*", "PUT", "text/plain", true)]
    [TestCase("*", "DELETE", null, true)]
    [TestCase("https://other.example", "PUT", "application/json", false)]
    [TestCase("https://other.example", "DELETE", null, false)]
    [TestCase("https://other.example", "GET", null, true)]
    [TestCase("https://other.example", "HEAD", null, true)]
    [TestCase("https://other.example", "OPTIONS", null, true)]
    [TestCase("https://page.example", "POST", null, true)]
    public void A_page_elsewhere_sends_what_it_may(string allowed, string method, string? type, bool isTaken)
    {
        var http = new DefaultHttpContext();
        (http.Request.Method, http.Request.ContentType, http.Request.Host) = (method, type, new HostString("broker.example", 15_672));
        http.Request.Headers.Origin = "https://page.example";
        var origins = new CrossOrigin(new CorsOptions { Origins = [allowed] });

        Assert.That(
            () => origins.DemandKnownPage(http),
            isTaken ? Throws.Nothing : Throws.TypeOf<ApiException>().With.Property("Status").EqualTo(403));
    }
}
