using System.Text;
using Amqp.Protocol;
using Amqp.Tests.Support;
using FsCheck;
using FsCheck.Fluent;

namespace Amqp.Tests.Protocol;

public class EncodedFieldTableTests
{
    [Test]
    public void Every_field_is_found_just_as_the_decoded_table_has_it() =>
        Prop.ForAll(Generators.FieldTables.ToArbitrary(), table =>
        {
            byte[] fields = Encoded.Fields(table);
            foreach (var (name, value) in table)
            {
                Assert.That(EncodedFieldTable.TryFind(fields, Encoding.UTF8.GetBytes(name), out var found), Is.True);
                Assert.That(found.ToArray(), Is.EqualTo(Encoded.Fields(FieldTable.Empty.With("", value))[1..]));
            }
        }).QuickCheckThrowOnFailure();

    [Test]
    public void A_missing_field_is_not_found() =>
        Assert.That(EncodedFieldTable.TryFind(Encoded.Fields(FieldTable.Empty.With("a", FieldValue.Void)), "b"u8, out _), Is.False);

    [Test]
    public void A_name_inside_a_nested_table_is_not_found()
    {
        var outer = FieldTable.Empty.With("outer", FieldValue.FromTable(FieldTable.Empty.With("inner", FieldValue.Void)));

        Assert.That(EncodedFieldTable.TryFind(Encoded.Fields(outer), "inner"u8, out _), Is.False);
    }

    [Test]
    public void An_empty_table_has_no_fields() =>
        Assert.That(EncodedFieldTable.TryFind([], "a"u8, out _), Is.False);
}
