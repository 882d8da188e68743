using System.CommandLine;
using System.Globalization;
using Amqp.Server.Bench;

namespace Amqp.Server.Cli.Bench;

/// <summary>Creates options with validated values. The error text lists the valid values.</summary>
internal static class BenchOption
{
    /// <summary>Creates an option for a whole number.</summary>
    /// <param name="name">Name of the option, with its dashes.</param>
    /// <param name="without">
    /// Default value. If it is below <paramref name="min"/>, the option is not set by default, and the help shows no default value.
    /// </param>
    /// <param name="min">Smallest valid value.</param>
    /// <param name="max">Largest valid value.</param>
    /// <param name="description">Text of the help.</param>
    public static Option<int> Number(string name, int without, int min, int max, string description) => new(name)
    {
        HelpName = "number",
        Description = description,
        DefaultValueFactory = without < min ? null : _ => without,
        CustomParser = result =>
        {
            if (int.TryParse(result.Tokens[0].Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int value)
                && value >= min
                && value <= max)
                return value;
            result.AddError($"{name}: '{result.Tokens[0].Value}' will not do; expected a whole number from {min} to {max}");
            return without;
        },
    };

    /// <summary>Creates an option without a value.</summary>
    public static Option<bool> Flag(string name, string description) => new(name) { Description = description };

    /// <summary>Creates an option whose values are the names of an enum's members, in lower case.</summary>
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
                if (!char.IsAsciiDigit(word.FirstOrDefault())
                    && Enum.TryParse(word, ignoreCase: true, out T value)
                    && Enum.IsDefined(value))
                    return value;
                result.AddError($"{name}: '{word}' will not do; expected one of {words}");
                return without;
            },
        };
    }

    /// <summary>Creates the option for the broker's address.</summary>
    public static Option<BrokerAddress> Uri() => new("--uri")
    {
        HelpName = "uri",
        Description = "Address of the broker: amqp://user:password@host:port/vhost. Default: the broker on this machine, as guest.",
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
