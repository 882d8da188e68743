using System.Globalization;
using System.Numerics;
using Amqp.Server.Broker.Names;

namespace Amqp.Server.Management.Http;

/// <summary>How a client wants a list: which page, of which names, in which order.</summary>
internal sealed class ListQuery
{
    private const int DefaultPageSize = 100;
    private const int MaxPageSize = 500;

    private readonly NamePattern? _pattern;
    private readonly string _name = "";

    /// <exception cref="ApiException">400: pages that cannot be.</exception>
    public ListQuery(IQueryCollection query)
    {
        Sort = query["sort"].ToString();
        IsReversed = query["sort_reverse"] == "true";
        Columns = Columns.Of(query["columns"]);
        if (!query.TryGetValue("page", out var page))
            return;
        IsPaged = true;
        Page = Number(page);
        BigInteger? size = query.TryGetValue("page_size", out var given) ? Number(given) : null;
        if (Page < 1 || size < 1 || size > MaxPageSize)
            throw new ApiException(
                StatusCodes.Status400BadRequest, "invalid_pagination_parameters",
                string.Create(CultureInfo.InvariantCulture, $"Invalid pagination parameters: page number {Page}, page size {size?.ToString(CultureInfo.InvariantCulture) ?? "undefined"}"));
        PageSize = (int)(size ?? DefaultPageSize);
        _name = query["name"].ToString();
        if (query["use_regex"] == "true" && _name.Length > 0)
            _pattern = Parse(_name);
    }

    public bool IsPaged { get; }

    /// <summary>From 1. Whatever a client asks for, until it is known how many there are.</summary>
    public BigInteger Page { get; }

    public int PageSize { get; }

    /// <summary>The path of the field to sort by; empty: as the list comes.</summary>
    public string Sort { get; }

    public bool IsReversed { get; }

    public Columns? Columns { get; }

    /// <summary>Whether a name is one of those asked for.</summary>
    /// <exception cref="ApiException">400: the pattern takes too long for it, and there may be many such names.</exception>
    public bool Wants(string name)
    {
        if (_pattern is null)
            return name.Contains(_name, StringComparison.OrdinalIgnoreCase);
        bool isWanted = _pattern.IsMatch(name);
        return _pattern.Timeouts == 0 ? isWanted : throw ApiException.BadRequest($"the regular expression takes too long to match '{name}'");
    }

    private static BigInteger Number(string? text) =>
        BigInteger.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : throw Malformed();

    private static NamePattern Parse(string pattern)
    {
        try
        {
            return new NamePattern($"(?i){pattern}");
        }
        catch (FormatException)
        {
            throw Malformed();
        }
    }

    private static ApiException Malformed() => ApiException.BadRequest("Pagination parameters are invalid");
}
