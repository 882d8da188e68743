using System.CommandLine;
using System.Globalization;
using Amqp.Server.Bench;

namespace Amqp.Server.Cli.Bench;

/// <summary>Options whose values are checked, and refused with what was expected.</summary>
internal static class BenchOption
{
    /// <summary>A whole number.</summary>
    /// <param name="name">With its dashes.</param>
    /// <param name="without">The value when it is not given.</param>
    /// <param name="min">The least.</param>
    /// <param name="max">The most.</param>
    /// <param name="description">For the help.</param>
    public static Option<int> Number(string name, int without, int min, int max, string description) => new(name)
    {
        HelpName = "number",
        Description = description,
        DefaultValueFactory = without < min ? null : _ => without, // what may not be given is no default to show
        CustomParser = result =>
        {
            if (int.TryParse(result.Tokens[0].Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int value) && value >= min && value <= max)
                return value;
            result.AddError($"{name}: '{result.Tokens[0].Value}' will not do; expected a whole number from {min} to {max}");
            return without;
        },
    };

    /// <summary>A yes.</summary>
    public static Option<bool> Flag(string name, string description) => new(name) { Description = description };

    /// <summary>One of a few words.</summary>
    public static Option<T> Word<T>(string name, T without, string description)
        where T : struct, Enum
    {
        string words = string.Join(", ", Enum.GetNames<T>()).ToLowerInvariant();
        return new Option<T>(name)
        {
            HelpName = words.Replace(", ", "|", StringComparison.Ordinal),
            Description = description,
            DefaultValueFactory = _ => without,
            CustomParser = result =>
            {
                string word = result.Tokens[0].Value;
                if (!char.IsAsciiDigit(word.FirstOrDefault()) && Enum.TryParse(word, ignoreCase: true, out T value) && Enum.IsDefined(value))
                    return value;
                result.AddError($"{name}: '{word}' will not do; expected one of {words}");
                return without;
            },
        };
    }

    /// <summary>Where the broker is.</summary>
    public static Option<BrokerAddress> Uri() => new("--uri")
    {
        HelpName = "uri",
        Description = "The broker: amqp://user:password@host:port/vhost. guest's on this machine unless given.",
        DefaultValueFactory = _ => BrokerAddress.Local,
        CustomParser = result =>
        {
            if (BrokerAddress.TryParse(result.Tokens[0].Value, out BrokerAddress? address))
                return address;
            result.AddError($"--uri: '{result.Tokens[0].Value}' will not do; expected amqp://user:password@host:port/vhost");
            return null!;
        },
    };
}
