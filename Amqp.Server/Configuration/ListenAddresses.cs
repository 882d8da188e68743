using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Amqp.Server.Configuration;

/// <summary>Reads IP addresses, and listeners such as <c>5672</c>, <c>127.0.0.1:5672</c>, <c>[::1]:5672</c> or <c>:::5672</c>.</summary>
internal static class ListenAddresses
{
    private static readonly string[] _unixPrefixes = ["unix:", "local:"];

    public static bool TryParse(string text, out ListenAddress listener)
    {
        listener = default;
        int colon = text.LastIndexOf(':');
        // RabbitMQ's notation of a Unix socket: unix:/run/broker.sock:0.
        if (Array.Find(_unixPrefixes, text.StartsWith) is { } prefix)
        {
            listener = new ListenAddress(null, 0, text[prefix.Length..Math.Max(colon, prefix.Length)]);
            return listener.UnixPath!.StartsWith('/') && text[colon..] == ":0";
        }

        if (!ushort.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out ushort port))
            return false;

        IPAddress? address = null;
        if (colon >= 0 && !TryParseAddress(text[..colon], out address))
            return false;
        listener = new ListenAddress(address, port);
        return true;
    }

    /// <summary>Reads an IP address. An IPv6 address may be in brackets. <c>*</c> means all addresses.</summary>
    public static bool TryParseAddress(string text, [MaybeNullWhen(false)] out IPAddress address)
    {
        if (text == "*")
        {
            // A socket bound to the IPv6 wildcard address accepts IPv4 connections too.
            address = Socket.OSSupportsIPv6 ? IPAddress.IPv6Any : IPAddress.Any;
            return true;
        }

        ReadOnlySpan<char> bare = text is ['[', .., ']'] ? text.AsSpan(1, text.Length - 2) : text;
        // IPAddress.TryParse reads "1" as 0.0.0.1. Here an address must have four numbers or a colon.
        bool whole = bare.Contains(':') || bare.Count('.') == 3;
        address = null;
        return whole && IPAddress.TryParse(bare, out address);
    }

    /// <summary>Reads addresses separated by commas.</summary>
    public static bool TryParseList(string text, [MaybeNullWhen(false)] out IReadOnlyList<IPAddress> addresses)
    {
        var list = new List<IPAddress>();
        addresses = list;
        foreach (string part in text.Split(',', StringSplitOptions.TrimEntries))
        {
            if (!TryParseAddress(part, out IPAddress? address))
                return false;
            list.Add(address);
        }

        return true;
    }
}
