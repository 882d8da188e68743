using System.Diagnostics.CodeAnalysis;

namespace Amqp.Server.Configuration;

/// <summary>Settings for additional response headers of the HTTP API.</summary>
internal static class ResponseHeaderSettings
{
    private static readonly ValueKind<string> _headerValue = new(
        "text of printable ASCII", (string text, [MaybeNullWhen(false)] out string value) =>
            (value = text).Length > 0 && text.All(character => character is >= ' ' and <= '~'));

    public static IReadOnlyList<Setting> Rows { get; } =
    [
        Of("management.csp.policy", "Content-Security-Policy"),
        Of("management.hsts.policy", "Strict-Transport-Security"),
        Of("management.headers.content_type_options", "X-Content-Type-Options"),
        Of("management.headers.frame_options", "X-Frame-Options"),
        Of("management.headers.referrer_policy", "Referrer-Policy"),
        Of("management.headers.xss_protection", "X-XSS-Protection"),
    ];

    private static Setting Of(string key, string header) =>
        Setting.Of(
            key,
            _headerValue,
            "",
            $"The header `{header}` in every response of the HTTP API. Default: no such header.",
            (target, value) => target.Options.Management.ResponseHeaders[header] = value);
}
