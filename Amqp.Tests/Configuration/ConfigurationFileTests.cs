using Amqp.Server.Configuration;

namespace Amqp.Tests.Configuration;

/// <summary>The broker reads the syntax of rabbitmq.conf.</summary>
public class ConfigurationFileTests
{
    [TestCase("a = b", "a", "b")]
    [TestCase("  a.b_c-d=1", "a.b_c-d", "1")]
    [TestCase("\ta\t=\tb c\t", "a", "b c")]
    [TestCase("a = b # why", "a", "b")]
    [TestCase("a = b#why", "a", "b")]
    [TestCase("a = b = c", "a", "b = c")]
    [TestCase("a = 'b # c' # why", "a", "b # c")]
    [TestCase("a = ' b '", "a", " b ")]
    [TestCase("a = ''", "a", "")]
    [TestCase(@"a = 'it\'s'", "a", "it's")]
    [TestCase("a = \"b\"", "a", "\"b\"")]
    [TestCase("a = б", "a", "б")]
    public void A_line_is_a_key_and_a_value(string line, string key, string value)
    {
        Assignment assignment = Read(line).Assignments.Single();

        Assert.That((assignment.Key, assignment.Value), Is.EqualTo((key, value)));
    }

    [TestCase("")]
    [TestCase("   ")]
    [TestCase("# a = b")]
    [TestCase("  # a = b")]
    public void Comments_and_blank_lines_set_nothing(string line)
    {
        ConfigurationFile file = Read(line);

        Assert.That((file.Assignments, file.Errors), Is.EqualTo((Array.Empty<Assignment>(), Array.Empty<SettingRemark>())));
    }

    [TestCase("a", "expected 'key = value'")]
    [TestCase("= b", "expected 'key = value'")]
    [TestCase("a..b = c", "expected 'key = value'")]
    [TestCase("a b = c", "expected 'key = value'")]
    [TestCase("a =", "a: expected a value after '='")]
    [TestCase("a = # b", "a: expected a value after '='")]
    [TestCase("a = 'b", "a: expected a closing quote (')")]
    [TestCase("a = 'b' c", "a: expected nothing but a comment after the closing quote")]
    [TestCase("a = $(NOT_SET)", "a: the environment variable NOT_SET is not set")]
    [TestCase("a = $(NAME", "a: expected ')' after '$('")]
    public void What_is_not_of_the_syntax_is_an_error(string line, string expected) =>
        Assert.That(Read(line).Errors.Single().Text, Does.StartWith(expected));

    [Test]
    public void Errors_name_the_file_and_the_line() =>
        Assert.That(Read("# one\n\na = 1\r\nthree\nb = 2").Errors.Single().Source.Name, Is.EqualTo("broker.conf:4"));

    [Test]
    public void Lines_after_an_error_are_read() =>
        Assert.That(Read("one\na = 1\r\nb = 2").Assignments.Select(assignment => assignment.Key), Is.EqualTo(new[] { "a", "b" }));

    [Test]
    public void An_escaped_dot_belongs_to_its_part() =>
        Assert.That(Read(@"loopback_users.jo\.doe = true").Assignments.Single().Segments, Is.EqualTo(new[] { "loopback_users", "jo.doe" }));

    [TestCase("a = $(NAME)", "rabbit")]
    [TestCase("a = x-$(NAME)-$(NAME)", "x-rabbit-rabbit")]
    [TestCase("a = '$(NAME)'", "$(NAME)")]
    public void Environment_variables_are_put_in_except_in_quotes(string line, string value) =>
        Assert.That(Read(line).Assignments.Single().Value, Is.EqualTo(value));

    [TestCase("$(NAME)")]
    [TestCase("a$(NOT_SET)b")]
    [TestCase("a$(b")]
    [TestCase("a # 'b")]
    public void What_an_environment_variable_holds_is_taken_as_it_is(string content)
    {
        var file = new ConfigurationFile("broker.conf", name => name == "NAME" ? content : null).Read("a = <$(NAME)> $(NAME)");

        Assert.That(file.Errors, Is.Empty);
        Assert.That(file.Assignments.Single().Value, Is.EqualTo($"<{content}> {content}"));
    }

    [Test]
    public void A_byte_order_mark_is_no_part_of_the_first_key() =>
        Assert.That(Read("\uFEFFa = b").Assignments.Single().Key, Is.EqualTo("a"));

    private static ConfigurationFile Read(string text) =>
        new ConfigurationFile("broker.conf", name => name == "NAME" ? "rabbit" : null).Read(text);
}
