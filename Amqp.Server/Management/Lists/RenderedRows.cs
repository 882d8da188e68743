using System.Buffers;
using System.Text.Json;
using Amqp.Server.Management.Http;
using Amqp.Server.Snapshots;

namespace Amqp.Server.Management.Lists;

/// <summary>Rows of a list, each of whose fields is rendered as JSON. Immutable.</summary>
internal sealed class RenderedRows
{
    private readonly JsonEncodedText[] _names;
    private readonly int[] _identity; // places of the columns that identify a row
    private readonly int[] _ends; // end of each cell in the bytes, row by row
    private readonly byte[] _bytes;

    /// <param name="kind">The kind of list.</param>
    /// <param name="table">The snapshot with the rows.</param>
    /// <param name="rows">The rows to render.</param>
    public RenderedRows(ListKind kind, SnapshotTable table, ReadOnlySpan<int> rows)
    {
        var columns = table.Columns;
        _names = [.. columns.Select(column => column.EncodedName)];
        _identity = Array.ConvertAll(kind.Identity, name => columns.TakeWhile(column => column.Name != name).Count());
        _ends = new int[rows.Length * columns.Count];
        Count = rows.Length;
        var output = new ArrayBufferWriter<byte>(Math.Max(256, rows.Length * 512));
        using var json = new Utf8JsonWriter(output, ApiReply.Plain);
        int cell = 0;
        foreach (int row in rows)
        {
            foreach (var column in columns)
            {
                json.Reset();
                column.Write(json, row);
                json.Flush();
                _ends[cell++] = output.WrittenCount;
            }
        }
        _bytes = output.WrittenSpan.ToArray();
    }

    /// <summary>Number of rows.</summary>
    public int Count { get; }

    /// <summary>Writes the rows as an array of objects.</summary>
    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartArray();
        for (int row = 0; row < Count; row++)
        {
            json.WriteStartObject();
            for (int column = 0; column < _names.Length; column++)
                WriteCell(json, row, column);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    /// <summary>True if the other rows stand for the same objects in the same order.</summary>
    public bool AreOfSameObjects(RenderedRows other)
    {
        if (Count != other.Count || _names.Length != other._names.Length)
            return false;
        for (int row = 0; row < Count; row++)
            foreach (int column in _identity)
                if (!Cell(row, column).SequenceEqual(other.Cell(row, column)))
                    return false;
        return true;
    }

    /// <summary>True if all fields of rows of the same objects are equal.</summary>
    public bool AreEqual(RenderedRows other) =>
        _bytes.AsSpan().SequenceEqual(other._bytes) && _ends.AsSpan().SequenceEqual(other._ends);

    /// <summary>
    /// Writes the fields that differ from earlier rows of the same objects, as <c>[[index, {field: value, ...}], ...]</c>.
    /// </summary>
    public void WriteChanges(Utf8JsonWriter json, RenderedRows before)
    {
        json.WriteStartArray();
        for (int row = 0; row < Count; row++)
        {
            bool isChanged = false;
            for (int column = 0; column < _names.Length; column++)
            {
                if (Cell(row, column).SequenceEqual(before.Cell(row, column)))
                    continue;
                if (!isChanged)
                {
                    json.WriteStartArray();
                    json.WriteNumberValue(row);
                    json.WriteStartObject();
                    isChanged = true;
                }
                WriteCell(json, row, column);
            }
            if (!isChanged)
                continue;
            json.WriteEndObject();
            json.WriteEndArray();
        }
        json.WriteEndArray();
    }

    private ReadOnlySpan<byte> Cell(int row, int column)
    {
        int cell = row * _names.Length + column, start = cell == 0 ? 0 : _ends[cell - 1];
        return _bytes.AsSpan(start, _ends[cell] - start);
    }

    private void WriteCell(Utf8JsonWriter json, int row, int column)
    {
        json.WritePropertyName(_names[column]);
        json.WriteRawValue(Cell(row, column), skipInputValidation: true);
    }
}
