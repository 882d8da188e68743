using Amqp.Server.Cli.Api;

namespace Amqp.Tests.Cli;

/// <summary>Commands find the file of profiles in the right folder, and read the profiles correctly.</summary>
public sealed class ProfilesTests
{
    private static readonly Dictionary<string, string> _nowhere = new() { ["XDG_CONFIG_HOME"] = "/nonexistent" };

    [TestCase("/x", "/h", "/x/amqpbroker/profiles.json")]
    [TestCase("", "/h", "/h/.config/amqpbroker/profiles.json")]
    [TestCase(null, "/h", "/h/.config/amqpbroker/profiles.json")]
    public void The_file_is_where_a_users_configuration_is(string? configuration, string home, string expected)
    {
        var environment = new Dictionary<string, string> { ["HOME"] = home };
        if (configuration is not null)
            environment["XDG_CONFIG_HOME"] = configuration;

        Assert.That(Profiles.DefaultFile(environment), Is.EqualTo(expected));
    }

    [TestCase(UnixFileMode.None, true)]
    [TestCase(UnixFileMode.UserExecute, true)]
    [TestCase(UnixFileMode.GroupRead, false)]
    [TestCase(UnixFileMode.GroupWrite, false)]
    [TestCase(UnixFileMode.OtherRead, false)]
    [TestCase(UnixFileMode.OtherWrite, false)]
    [Platform(Exclude = "Win", Reason = "It has no such permissions.")]
    public void A_file_with_a_password_of_whichever_profile_is_its_owners_alone(UnixFileMode more, bool isTaken)
    {
        using var file = new Configuration.TemporaryFile("""{"profiles":{"a":{"user":"u"},"b":{"password":"p"}}}""");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(file.Path, UnixFileMode.UserRead | UnixFileMode.UserWrite | more);

        Action find = () => Assert.That(Profiles.Find(file.Path, "a", _nowhere, isNeeded: true).User, Is.EqualTo("u"));

        Assert.That(
            find,
            isTaken
                ? Throws.Nothing
                : Throws.TypeOf<CliException>().With.Message.Contains("holds passwords and others can read or write it"));
    }

    [TestCase(
        """{"profiles":{"a":{"user":"u","passwort":"p"}}}""",
        "profile 'a': unknown field 'passwort'; a profile has url, user, password and vhost")]
    [TestCase("""{"profiles":{"a":{"user":5}}}""", "'user' must be a text")]
    [TestCase("""{"default":5,"profiles":{}}""", "'default' must be a text")]
    [TestCase("""{"default":"zzzz","profiles":{"a":{}}}""", "there is no profile 'zzzz'")]
    [TestCase("""{"profiles":[]}""", "expected an object with \"profiles\". docs/command-line.md shows one")]
    public void What_is_no_profile_is_an_error_of_the_configuration(string content, string problem)
    {
        using var file = new Configuration.TemporaryFile(content);

        var error = Assert.Throws<CliException>(
            () => Profiles.Find(file.Path, content.Contains("default", StringComparison.Ordinal) ? null : "a", _nowhere, isNeeded: true));

        Assert.That((error.ExitCode, error.Message), Is.EqualTo((78, $"{file.Path}: {problem}")));
    }

    [TestCase("/nonexistent/p.json", null, true, true)]
    [TestCase("/nonexistent/p.json", null, false, true)]
    [TestCase(null, "a", true, true)]
    [TestCase(null, null, true, false)]
    [TestCase(null, "a", false, false)]
    public void A_file_that_is_not_there_is_missed_where_it_or_a_profile_is_named(string? file, string? name, bool isNeeded, bool isMissed)
    {
        Action find = () => Assert.That(Profiles.Find(file, name, _nowhere, isNeeded), Is.EqualTo(LoginProfile.None));

        Assert.That(find, isMissed
            ? Throws.TypeOf<CliException>().With.Property("ExitCode").EqualTo(78).And.Message.StartsWith("The profile file /nonexistent/")
            : Throws.Nothing);
    }
}
