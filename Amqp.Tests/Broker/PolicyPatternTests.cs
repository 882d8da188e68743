using Amqp.Server.Broker.Errors;
using Amqp.Server.Broker.Policies;

namespace Amqp.Tests.Broker;

public class PolicyPatternTests
{
    [TestCase("", "orders", ExpectedResult = true)]
    [TestCase("", "", ExpectedResult = true)]
    [TestCase("der", "orders", ExpectedResult = true)]
    [TestCase("^der", "orders", ExpectedResult = false)]
    [TestCase("^[[:alpha:]]+$", "orders", ExpectedResult = true)]
    public bool A_name_is_matched_anywhere_and_always_by_nothing(string pattern, string name) => new PolicyPattern(pattern).IsMatch(name);

    [TestCase("(", "missing )")]
    [TestCase("[a", "missing terminating ] for character class")]
    [TestCase("*", "nothing to repeat")]
    [TestCase("a)", "unmatched parentheses")]
    [TestCase("[z-a]", "range out of order in character class")]
    [TestCase("a{3,1}", "numbers out of order in {} quantifier")]
    [TestCase("a\\", "\\ at end of pattern")]
    [TestCase("(?z)", "unrecognized pattern")]
    public void What_is_no_regular_expression_is_refused_in_the_words_of_pcre(string pattern, string words) =>
        Assert.That(() => new PolicyPattern(pattern), Throws.TypeOf<ValidationException>().With.Message.Contains(words));
}
