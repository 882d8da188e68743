using System.Globalization;
using System.Numerics;
using Amqp.Server.Broker.Names;

namespace Amqp.Server.Management.Http;

/// <summary>The page, filter, order and columns that a client requests for a list.</summary>
internal sealed class ListQuery
{
    private const int DefaultPageSize = 100;
    private const int MaxPageSize = 500;

    private readonly NamePattern? _pattern;
    private readonly string _name = "";

    /// <exception cref="ApiException">400: the page, the page size or the regular expression is invalid.</exception>
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
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"Invalid pagination parameters: page number {Page}, page "
                        + $"size {size?.ToString(CultureInfo.InvariantCulture) ?? "undefined"}"));
        PageSize = (int)(size ?? DefaultPageSize);
        _name = query["name"].ToString();
        if (query["use_regex"] == "true" && _name.Length > 0)
            _pattern = Parse(_name);
    }

    public bool IsPaged { get; }

    /// <summary>Number of the page; the first page is 1. The list may have fewer pages.</summary>
    public BigInteger Page { get; }

    public int PageSize { get; }

    /// <summary>Path of the field to sort by. If empty, the order of the list is kept.</summary>
    public string Sort { get; }

    public bool IsReversed { get; }

    public Columns? Columns { get; }

    /// <summary>True if a name passes the filter.</summary>
    /// <exception cref="ApiException">400: the regular expression took too long, for this name or an earlier one.</exception>
    public bool Wants(string name)
    {
        if (_pattern is null)
            return name.Contains(_name, StringComparison.OrdinalIgnoreCase);
        bool isWanted = _pattern.IsMatch(name);
        return _pattern.Timeouts == 0
            ? isWanted
            : throw ApiException.BadRequest($"the regular expression takes too long to match '{name}'");
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
